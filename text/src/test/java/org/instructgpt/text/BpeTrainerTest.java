package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.files.SharedData;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {

  private static final List<String> END = List.of("<|endoftext|>");

  @Test
  void theReferenceVocabularyAndMergesAreLearned() throws IOException {
    String corpus = Files.readString(SharedData.file("cs336-bpe/corpus.en"));
    ByteLevelBpe learned = (ByteLevelBpe) BpeTrainer.train(List.of(corpus), 500, END);

    Map<String, Integer> vocabulary =
        new ObjectMapper()
            .readValue(
                SharedData.file("cs336-bpe/train-bpe-reference-vocab.json").toFile(),
                new TypeReference<TreeMap<String, Integer>>() {});
    assertThat(
            learned.usedIds().boxed().collect(Collectors.toMap(learned::spellingOfUsed, id -> id)))
        .isEqualTo(vocabulary);
    assertThat(merges(learned))
        .isEqualTo(Files.readAllLines(SharedData.file("cs336-bpe/train-bpe-reference-merges.txt")));
  }

  /// By hand: `low` 5 times, `lower` 2, `newest` 6, `widest` 3 (Sennrich et al.'s example). Pairs:
  /// e-s and s-t 9 times, w-e 8, the others fewer. Of e-s and s-t the greater is s-t. Then e-st 9,
  /// then low: o-w and l-o 7 times, of which o-w is greater, then l-ow; then w-est 6 and n-e, e-w
  /// 6: the greatest is w-est.
  @Test
  void theExampleOfThePaperComesOutAsByHand() {
    String text = String.join("\n", IntStream.range(0, 16).mapToObj(BpeTrainerTest::word).toList());
    ByteLevelBpe learned = (ByteLevelBpe) BpeTrainer.train(List.of(text), 257 + 5, END);
    assertThat(merges(learned)).containsExactly("s t", "e st", "o w", "l ow", "w est");
  }

  private static String word(int i) {
    return i < 5 ? "low" : i < 7 ? "lower" : i < 13 ? "newest" : "widest";
  }

  @Test
  void ourOwnModelsHaveAnEndAndAPad() {
    Tokenizer learned = BpeTrainer.train(List.of("a text"), 258);
    assertThat(learned.endOfText()).isZero();
    assertThat(learned.pad()).isEqualTo(1);
    assertThat(learned.decode(new int[] {0, 1})).isEqualTo("<|endoftext|><|pad|>");
    assertThat(learned.decode(learned.encode("ünïcode\u0000"))).isEqualTo("ünïcode\u0000");
  }

  @Test
  void specialSpellingsAndTextBordersPartTheText() {
    Tokenizer one = BpeTrainer.train(List.of("xy<|endoftext|>xy<|pad|>xy"), 300);
    Tokenizer many = BpeTrainer.train(List.of("xy", "xy", "xy"), 300);
    assertThat(one.encode("xyxy")).isEqualTo(many.encode("xyxy")).hasSize(2);
    assertThat(one.vocabularySize()).isEqualTo(259);
  }

  @Test
  void countsStayTrueWhereAPairOverlapsItself() {
    // "aaaa" 3 times, "aaa" once: a-a occurs 3 * 3 + 2 times, then aa-aa 3 times and aa-a once.
    ByteLevelBpe learned =
        (ByteLevelBpe) BpeTrainer.train(List.of("aaaa", "aaaa", "aaaa", "aaa"), 260, END);
    assertThat(merges(learned)).containsExactly("a a", "aa aa", "aa a");
  }

  @Test
  void countsStayTrueAsIfAllPairsWereCountedAnewForEachMerge() {
    List<String> texts = RandomText.texts(new java.util.Random(7), 300).toList();
    ByteLevelBpe learned = (ByteLevelBpe) BpeTrainer.train(texts, 700);
    assertThat(merges(learned)).isEqualTo(SlowBpeTraining.merges(texts, learned.merges().size()));
  }

  @Test
  void aVocabularyWithoutRoomForTheBytesIsRefused() {
    assertThatThrownBy(() -> BpeTrainer.train(List.of("x"), 257))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 258");
    assertThatThrownBy(() -> BpeTrainer.train(List.of("x"), 300, List.of("<|pad|>")))
        .hasMessageContaining("no end-of-text token");
    assertThatThrownBy(() -> BpeTrainer.train(List.of("x"), 300, List.of("</s>", "</s>")))
        .hasMessageContaining("different");
  }

  private static List<String> merges(ByteLevelBpe bpe) {
    return IntStream.range(0, bpe.merges().size())
        .mapToObj(rank ->
            bpe.spellingOfUsed(bpe.merges().left(rank))
                + " "
                + bpe.spellingOfUsed(bpe.merges().right(rank)))
        .toList();
  }
}
