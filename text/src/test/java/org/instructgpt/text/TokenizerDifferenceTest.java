package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerDifferenceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TEXT =
      List.of("the cat and the dog and the cat sat on the mat with another hat");

  @TempDir private Path folder;
  private int copies;

  /// A tokenizer written anew with something changed.
  private Tokenizer anew(Tokenizer tokenizer, Consumer<ObjectNode> change) throws IOException {
    var place = Files.createDirectory(folder.resolve("copy-" + copies++));
    tokenizer.saveAll(place);
    var file = place.resolve("tokenizer.json");
    var json = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(json);
    Files.writeString(file, JSON.writeValueAsString(json));
    return Tokenizers.load(place);
  }

  private static ObjectNode read(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ObjectNode model(ObjectNode json) {
    return (ObjectNode) json.path("model");
  }

  /// Compact, merges as pairs, the vocabulary in another order, keys of a newer version.
  private static void rewrite(ObjectNode json) {
    var vocab = JSON.createObjectNode();
    var names = new java.util.ArrayList<String>();
    model(json).path("vocab").fieldNames().forEachRemaining(names::add);
    names.reversed().forEach(name -> vocab.set(name, model(json).path("vocab").path(name)));
    model(json).set("vocab", vocab);
    var merges = (ArrayNode) model(json).path("merges");
    for (int i = 0; i < merges.size(); i++) {
      String[] parts = merges.get(i).asText().split(" ", -1);
      merges.set(i, JSON.createArrayNode().add(parts[0]).add(parts[1]));
    }
    model(json).put("ignore_merges", false);
    json.put("version", "1.1");
  }

  @Test
  void aTokenizerThatIsWrittenAnewIsTheSame() throws IOException {
    var small = BpeTrainer.train(TEXT, 290);
    assertThat(Tokenizers.difference(small, anew(small, TokenizerDifferenceTest::rewrite)))
        .isEmpty();
    var words = words(_ -> {});
    assertThat(Tokenizers.difference(words, words(json -> json.set("model", json.remove("model")))))
        .isEmpty();
    assertThat(
            Tokenizers.difference(
                words,
                words(json ->
                    json.putObject("truncation")
                        .put("direction", "Right")
                        .put("max_length", 2)
                        .put("strategy", "LongestFirst")
                        .put("stride", 0))))
        .isEmpty();
  }

  /// A tokenizer that our own code reads and the same one that Hugging Face's must: a template that
  /// adds an end of text makes it so, and nothing is added when texts are encoded.
  @Test
  void aTokenizerIsTheSameWhicheverLibraryReadsIt() throws IOException {
    var small = BpeTrainer.train(TEXT, 290);
    var foreign =
        anew(
            small,
            json ->
                json.set(
                    "post_processor",
                    read(
                        """
                        {"type": "TemplateProcessing",
                         "single": [{"Sequence": {"id": "A", "type_id": 0}},
                           {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}],
                         "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                           {"Sequence": {"id": "B", "type_id": 1}}],
                         "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>",
                           "ids": [%d], "tokens": ["<|endoftext|>"]}}}
                        """
                            .formatted(small.endOfText()))));
    assertThat(foreign).isInstanceOf(HuggingFaceEncoding.class);
    assertThat(Tokenizers.difference(small, foreign)).isEmpty();
    assertThat(Tokenizers.difference(foreign, small)).isEmpty();
  }

  @Test
  void tokenizersOfTheSameSizeDifferAndTheFirstDifferenceIsNamed() throws IOException {
    var small = BpeTrainer.train(TEXT, 290);
    var other =
        BpeTrainer.train(
            List.of("quite another language altogether is this one here, longer than before"), 280);
    assertThat(Tokenizers.difference(BpeTrainer.train(TEXT, 280), other).orElseThrow())
        .matches("the id 2\\d\\d is '.+' in the first, '.+' in the second");
    assertThat(Tokenizers.difference(small, BpeTrainer.train(TEXT, 280)).orElseThrow())
        .isEqualTo("the first has ids to 283, the second to 279");
    assertThat(Tokenizers.difference(small, Tokenizers.gpt2())).isPresent();
  }

  @Test
  void tokenizersWithTheSameTokensAndOtherMergesDiffer() throws IOException {
    var small = BpeTrainer.train(TEXT, 290);
    var swapped =
        anew(
            small,
            json -> {
              var merges = (ArrayNode) model(json).path("merges");
              var first = merges.get(2);
              merges.set(2, merges.get(5));
              merges.set(5, first);
            });
    assertThat(Tokenizers.difference(small, swapped).orElseThrow())
        .matches("the merge 2 is '.+ .+' in the first, '.+ .+' in the second");
  }

  @Test
  void tokenizersWithDifferentEndsOfTextDiffer() throws IOException {
    var words = words(_ -> {});
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<turn>\"}");
    assertThat(Tokenizers.difference(words, words(_ -> {})).orElseThrow())
        .isEqualTo("a text ends with the id 3 in the first, with 5 in the second");
  }

  /// The same tokens, cut otherwise.
  @Test
  void tokenizersThatSplitTextsDifferentlyDiffer() throws IOException {
    var words = words(_ -> {});
    assertThat(
            Tokenizers.difference(words, words(json -> json.putNull("normalizer"))).orElseThrow())
        .startsWith("the text '")
        .contains(" in the first, ", " in the second");
  }

  private Tokenizer words(Consumer<ObjectNode> change) throws IOException {
    var json =
        read(
            """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [
               {"id": 3, "content": "</s>", "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true},
               {"id": 5, "content": "<turn>", "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
             "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "unk_token": "[UNK]",
               "vocab": {"[UNK]": 0, "hello": 1, "the": 2, "</s>": 3, "title": 4, "<turn>": 5}}}
            """);
    change.accept(json);
    Files.writeString(folder.resolve("tokenizer.json"), JSON.writeValueAsString(json));
    return Tokenizers.load(folder);
  }
}
