package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.instructgpt.files.SharedData;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class Gpt2EncodingTest {

  private final Tokenizer gpt2 = Tokenizers.gpt2();

  @Test
  void theTestVectorsComeOutToTheId() throws IOException {
    List<String> lines = Files.readAllLines(SharedData.file("gpt2-bpe/test_vectors.jsonl"));
    assertThat(lines).hasSize(150);
    for (String line : lines) {
      JsonNode vector = new ObjectMapper().readTree(line);
      int[] ids = vector.path("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
      String text = vector.path("text").asText();
      assertThat(gpt2.encode(text)).as(text).isEqualTo(ids);
      assertThat(gpt2.decode(ids)).isEqualTo(text);
    }
  }

  @Test
  void theMergesThatFollowFromTheRanksAreThePublishedOnes() throws IOException {
    List<String> published =
        Files.readAllLines(SharedData.file("gpt2-bpe/vocab.bpe")).stream().skip(1).toList();
    ByteLevelBpe bpe = (ByteLevelBpe) gpt2;
    List<String> ours =
        IntStream.range(0, bpe.merges().size())
            .mapToObj(
                r -> spelled(bpe, bpe.merges().left(r)) + " " + spelled(bpe, bpe.merges().right(r)))
            .toList();
    assertThat(ours).isEqualTo(published);
  }

  private static String spelled(ByteLevelBpe bpe, int id) {
    return bpe.spellingOfUsed(id);
  }

  @Test
  void thePublishedFilesGiveTheSameIds() throws IOException {
    Tokenizer published = Tokenizers.load(SharedData.file("gpt2-bpe"));
    assertThat(published.vocabularySize()).isEqualTo(50_257);
    assertThat(published.endOfText()).isEqualTo(50_256);
    assertThat(RandomText.texts(new Random(2), 500))
        .allSatisfy(text -> assertThat(published.encode(text)).isEqualTo(gpt2.encode(text)));
  }

  @Test
  void randomTextsComeOutAsAnotherLibraryEncodesThem() {
    Encoding other = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    assertThat(RandomText.texts(new Random(3), 2_000))
        .allSatisfy(
            text -> assertThat(gpt2.encode(text)).isEqualTo(other.encodeOrdinary(text).toArray()));
  }

  @Test
  void everyTextComesBackFromItsIds() {
    assertThat(RandomText.texts(new Random(4), 5_000))
        .allSatisfy(text -> assertThat(gpt2.decode(gpt2.encode(text))).isEqualTo(text));
  }

  @Test
  void aSpecialSpellingInATextIsOrdinaryText() {
    int[] ids = gpt2.encode("a<|endoftext|>b");
    assertThat(ids).doesNotContain(gpt2.endOfText()).hasSizeGreaterThan(3);
    assertThat(gpt2.decode(ids)).isEqualTo("a<|endoftext|>b");
    assertThat(gpt2.decode(new int[] {gpt2.endOfText()})).isEqualTo("<|endoftext|>");
  }

  @Test
  void thePadIsNotTheEndOfText() {
    assertThat(gpt2.pad()).isNotEqualTo(gpt2.endOfText()).isZero();
  }

  @Test
  void aSurrogateWithoutPartnerCountsAsTheReplacementCharacter() {
    assertThat(gpt2.encode("a\ud83d b\ude00")).isEqualTo(gpt2.encode("a\ufffd b\ufffd"));
  }

  @Test
  void aPartOfACharacterDecodesToTheReplacementCharacter() {
    int[] ids = gpt2.encode("🙂");
    assertThat(gpt2.decode(Arrays.copyOf(ids, 1))).isEqualTo("\ufffd");
  }

  @Test
  void anUnknownIdIsNamedWithItsPlace() {
    assertThatThrownBy(() -> gpt2.decode(new int[] {1, 50_257}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token id 50257 at place 1");
    assertThatThrownBy(() -> gpt2.decode(new int[] {-1})).hasMessageContaining("token id -1");
  }

  @Test
  void aWordOfAMillionLettersTakesSeconds() {
    String word = "a".repeat(1_000_000);
    int[] ids =
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> gpt2.encode(word));
    assertThat(gpt2.decode(ids)).isEqualTo(word);
  }

  @Test
  void manyThreadsGetTheSameIds() {
    List<String> texts = RandomText.texts(new Random(5), 500).toList();
    List<int[]> alone = texts.stream().map(gpt2::encode).toList();
    List<int[]> together = texts.parallelStream().map(gpt2::encode).toList();
    assertThat(together).usingElementComparator(Arrays::compare).containsExactlyElementsOf(alone);
  }

  @Test
  void aWordIsMergedByRankFromTheLeft() {
    // Merges by rank: "aa" and then "aab". In "aaab" the leftmost pair goes first, which leaves
    // [aa][a][b]: nothing makes [aa] of the second and third letter any more.
    BpeMerges merges = new BpeMerges(2);
    merges.add('a', 'a', 300);
    merges.add(300, 'b', 301);
    assertThat(merges.apply(symbols("aaab"))).containsExactly(300, 'a', 'b');
    assertThat(merges.apply(symbols("aab"))).containsExactly(301);
  }

  private static int[] symbols(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
    return IntStream.range(0, bytes.length).map(i -> bytes[i]).toArray();
  }

  @Test
  void theWholeVocabularyIsSaved(@org.junit.jupiter.api.io.TempDir Path folder) throws IOException {
    Path file = folder.resolve("new/tokenizer.json");
    gpt2.save(file);
    Tokenizer again = Tokenizers.load(file);
    assertThat(again).isInstanceOf(ByteLevelBpe.class);
    assertThat(again.vocabularySize()).isEqualTo(50_257);
    assertThat(again.endOfText()).isEqualTo(50_256);
    assertThat(RandomText.texts(new Random(6), 500))
        .allSatisfy(text -> assertThat(again.encode(text)).isEqualTo(gpt2.encode(text)));
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }
}
