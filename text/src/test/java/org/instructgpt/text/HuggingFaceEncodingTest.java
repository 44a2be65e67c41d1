package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.instructgpt.files.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceEncodingTest {

  /// Words by a table, lower-cased; three special tokens, one of them outside the table, and an
  /// ordinary added token after it.
  private static final String WORDS =
      """
      {"version": "1.0", "truncation": {"direction": "Right", "max_length": 2,
         "strategy": "LongestFirst", "stride": 0}, "padding": null,
       "added_tokens": [
         {"id": 3, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 4, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 7, "content": "<turn>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 8, "content": "@@", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": false}],
       "normalizer": {"type": "Lowercase"},
       "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"</s>": {"id": "</s>", "ids": [3], "tokens": ["</s>"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
         "vocab": {"[UNK]": 0, "hello": 1, "world": 2, "</s>": 3, "<pad>": 4, "turn": 5, "s": 6}}}
      """;

  @TempDir private Path folder;

  private Tokenizer words() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, WORDS);
    return Tokenizers.load(file);
  }

  @Test
  void anyOtherTokenizerIsOpened() throws IOException {
    Tokenizer words = words();
    assertThat(words).isInstanceOf(HuggingFaceEncoding.class);
    assertThat(words.encode("Hello world hello")).containsExactly(1, 2, 1);
    assertThat(words.encode("")).isEmpty();
    assertThat(words.decode(new int[] {1, 2, 3})).isEqualTo("hello world </s>");
    assertThat(words.vocabularySize()).isEqualTo(9);
    assertThat(words.endOfText()).isEqualTo(3);
    assertThat(words.pad()).isEqualTo(4);
  }

  @Test
  void specialSpellingsAreOrdinaryTextAndOtherAddedTokensKeepTheirIds() throws IOException {
    assertThat(words().encode("hello </s> <turn> @@"))
        .doesNotContain(3, 7)
        .contains(5, 6)
        .endsWith(8);
  }

  /// A Unigram model looks for its pieces in its vocabulary, where control tokens have the best
  /// score.
  @Test
  void specialSpellingsAreOrdinaryTextToAModelOfPiecesToo() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(
        file,
        """
        {"version": "1.0", "added_tokens": [
           {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true},
           {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true}],
         "normalizer": null, "post_processor": null,
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
         "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
         "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab":
           [["<unk>", 0], ["</s>", 0], ["▁", -2], ["a", -3], ["▁a", -3], ["<", -5], ["/", -5], ["s", -5],
            [">", -5]]}}
        """);
    Tokenizer pieces = Tokenizers.load(file);
    assertThat(pieces.encode("a </s>a")).containsExactly(4, 2, 5, 6, 7, 8, 3);
    assertThat(pieces.encode("aZ")).containsExactly(4, 0);
    assertThat(pieces.decode(new int[] {4, 4, 1})).isEqualTo("a a</s>");
    assertThat(pieces.pad()).isZero();
    TextStream stream = new TextStream(pieces);
    assertThat(List.of(stream.add(4), stream.add(4), stream.add(3)))
        .containsExactly("a", " a", "a");
    TextStream further = new TextStream(pieces, new int[] {3, 4});
    assertThat(List.of(further.add(4), further.add(3))).containsExactly(" a", "a");
    assertThat(new TokenTexts(pieces).text(4)).isEqualTo(" a");
  }

  @Test
  void aVocabularyThatContradictsItselfIsRefused() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, WORDS.replace("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"[U]\""));
    assertThatThrownBy(() -> Tokenizers.load(file))
        .hasMessageContaining("model.unk_token: expected a token of the vocabulary, found '[U]'");
    Files.writeString(file, WORDS.replace("\"id\": 3, \"content\"", "\"id\": 9, \"content\""));
    assertThatThrownBy(() -> Tokenizers.load(file))
        .hasMessageContaining("added_tokens '</s>': expected id 3 as in the vocabulary, found 9");
  }

  @Test
  void anIdThatIsNoneIsReported() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(
        file, WORDS.replace("\"id\": 8", "\"id\": -8").replace("\"s\": 6", "\"s\": 4e9"));
    assertThatThrownBy(() -> Tokenizers.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("added_tokens '@@': expected an id, found -8")
        .hasMessageContaining("model.vocab 's': expected an id, found 4.0E9");
  }

  @Test
  void anUnknownIdIsNamed() throws IOException {
    Tokenizer words = words();
    assertThatThrownBy(() -> words.decode(new int[] {9}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token id 9 at place 0");
  }

  @Test
  void aTokenizerIsSavedAsItWasRead() throws IOException {
    Tokenizer words = words();
    words.saveAll(folder.resolve("copy"));
    assertThat(folder.resolve("copy/tokenizer.json")).hasContent(WORDS);
    assertThat(Tokenizers.load(folder.resolve("copy")).pad()).isEqualTo(4);
  }

  @Test
  void streamedTextIsTheDecodedText() throws IOException {
    TextStream stream = new TextStream(words());
    assertThat(stream.add(1) + stream.add(2) + stream.add(1) + stream.end())
        .isEqualTo("hello world hello");
  }

  @Test
  void aModelTheLibraryRefusesIsReportedWithItsFile() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, WORDS.replace("WordLevel", "WordMagic"));
    assertThatThrownBy(() -> Tokenizers.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokenizer.json: expected a tokenizer.json that Hugging Face");
  }

  @Test
  void aTokenizerWithoutAnEndIsRefused() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, WORDS.replace("</s>", "<stop>"));
    assertThatThrownBy(() -> Tokenizers.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no end-of-text token")
        .hasMessageContaining("eos_token");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<stop>\"}");
    assertThat(Tokenizers.load(file).endOfText()).isEqualTo(3);
  }

  @Test
  void aSavedTokenizerGivesTheSameIdsInHuggingFacesLibrary() throws IOException {
    Tokenizer learned = BpeTrainer.train(texts().toList(), 1_000);
    assertSame(learned, inTheirLibrary(learned), texts().toList());
  }

  @Test
  void theSavedGpt2TokenizerGivesTheSameIdsInHuggingFacesLibrary() throws IOException {
    Tokenizer gpt2 = Tokenizers.gpt2();
    Tokenizer theirs = inTheirLibrary(gpt2);
    assertSame(gpt2, theirs, texts().toList());
    assertSame(gpt2, theirs, realTexts());
    // The libraries differ in how many U+FFFD stand for a broken character.
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      int[] ids = random.ints(20, 0, 256).toArray();
      assertThat(theirs.decode(ids).replaceAll("\ufffd+", "\ufffd"))
          .isEqualTo(gpt2.decode(ids).replaceAll("\ufffd+", "\ufffd"));
    }
  }

  private Tokenizer inTheirLibrary(Tokenizer ours) throws IOException {
    Path file = folder.resolve("saved.json");
    ours.save(file);
    return HuggingFaceEncoding.read(file, TokenizerJson.read(file), TokenizerConfig.ABSENT);
  }

  private static void assertSame(Tokenizer ours, Tokenizer theirs, List<String> texts) {
    assertThat(theirs.vocabularySize()).isEqualTo(ours.vocabularySize());
    assertThat(theirs.endOfText()).isEqualTo(ours.endOfText());
    assertThat(theirs.pad()).isEqualTo(ours.pad());
    assertThat(texts)
        .allSatisfy(text -> {
          int[] ids = ours.encode(text);
          assertThat(theirs.encode(text)).isEqualTo(ids);
          assertThat(theirs.decode(ids)).isEqualTo(text);
        });
  }

  private static List<String> realTexts() throws IOException {
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(SharedData.file("gpt2-bpe/test_vectors.jsonl"))) {
      texts.add(new ObjectMapper().readTree(line).path("text").asText());
    }
    for (String name :
        List.of("corpus.en", "german.txt", "tinystories_sample.txt", "address.txt")) {
      texts.add(Files.readString(SharedData.file("cs336-bpe/" + name)));
    }
    return texts;
  }

  private static Stream<String> texts() {
    return RandomText.texts(new Random(10), 500);
  }
}
