package org.instructgpt.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Json;
import org.instructgpt.gguf.GgufExport.Report;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tokenizers in files that were written.
class GgufTokenizerTest {
  private static final String WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}%s|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @TempDir Path folder;
  private Path model = Path.of("");
  private Report report = new Report(0, 0, GgufExport.Type.FLOAT32, List.of());

  @BeforeEach
  void makeModel() throws IOException {
    model = SmallModels.write(folder, "llama 2");
    Files.delete(model.resolve("lineage.json"));
  }

  private ObjectNode json(String name) throws IOException {
    return (ObjectNode) Json.LENIENT.readTree(Files.readString(model.resolve(name)));
  }

  private void change(String name, Consumer<ObjectNode> change) throws IOException {
    var json = json(name);
    change.accept(json);
    Files.writeString(model.resolve(name), json.toString());
  }

  private ReferenceGguf export() throws IOException {
    var out = folder.resolve("out.gguf");
    Files.deleteIfExists(out);
    report = GgufExport.write(model, Optional.empty(), out, () -> false);
    return new ReferenceGguf(out);
  }

  private void split(ObjectNode json, String regex) {
    var steps = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    var split = steps.addObject().put("type", "Split").put("behavior", "Isolated");
    split.put("invert", false).putObject("pattern").put("Regex", regex);
    byteLevel(steps, false);
  }

  private static void byteLevel(ArrayNode steps, boolean regex) {
    steps
        .addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }

  @Test
  void tokensMergesAndRolesAreTheTokenizers() throws IOException {
    var file = export();
    var json = json("tokenizer.json");
    assertThat(file.metadata)
        .containsEntry("tokenizer.ggml.model", "gpt2")
        .containsEntry("tokenizer.ggml.pre", "gpt-2")
        .containsEntry("tokenizer.ggml.eos_token_id", (long) SmallModels.TOKENIZER.endOfText())
        .containsEntry("tokenizer.ggml.padding_token_id", (long) SmallModels.TOKENIZER.pad())
        .containsEntry("tokenizer.ggml.add_bos_token", false)
        .doesNotContainKey("tokenizer.chat_template");
    var tokens = file.list("tokenizer.ggml.tokens");
    var types = file.list("tokenizer.ggml.token_type");
    assertThat(tokens).hasSize(SmallModels.VOCABULARY).doesNotHaveDuplicates();
    json.path("model")
        .path("vocab")
        .properties()
        .forEach(
            token -> assertThat(tokens.get(token.getValue().asInt())).isEqualTo(token.getKey()));
    assertThat(types.get(SmallModels.TOKENIZER.endOfText())).isEqualTo(3L);
    assertThat(types.getLast()).isEqualTo(5L);
    assertThat(tokens.getLast()).isEqualTo("[PAD299]");
    var merges = new ArrayList<String>();
    json.path("model").path("merges").forEach(merge -> merges.add(merge.asText()));
    assertThat(file.list("tokenizer.ggml.merges")).hasSizeGreaterThan(10).isEqualTo(merges);
    assertThat(report.notes())
        .anyMatch(note -> note.contains("ids of the embedding have no token"))
        .anyMatch(note -> note.contains("no chat template"));
  }

  @Test
  void theRuleThatCutsTextsIsRecognisedByWhatItDoes() throws IOException {
    change("tokenizer.json", json -> split(json, WORDS.formatted("{1,3}")));
    assertThat(export().metadata).containsEntry("tokenizer.ggml.pre", "dbrx");
    change("tokenizer.json", json -> ((ObjectNode) json.path("model")).put("ignore_merges", true));
    assertThat(export().metadata).containsEntry("tokenizer.ggml.pre", "llama-bpe");
    change("tokenizer.json", json -> split(json, WORDS.formatted("")));
    assertThatThrownBy(this::export).hasMessageContaining("no name for how the tokenizer cuts");
    change("tokenizer.json", json -> ((ObjectNode) json.path("model")).put("ignore_merges", false));
    assertThat(export().metadata).containsEntry("tokenizer.ggml.pre", "qwen2");
    change(
        "tokenizer.json",
        json -> {
          var steps =
              json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
          steps.addObject().put("type", "Digits").put("individual_digits", true);
          byteLevel(steps, true);
        });
    assertThat(export().metadata).containsEntry("tokenizer.ggml.pre", "smollm");
    change("tokenizer.json", json -> json.putObject("normalizer").put("type", "NFC"));
    export();
    assertThat(report.notes()).anyMatch(note -> note.contains("NFC"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\p{N}{1,2}|.", "'s|'t| ?\\p{L}+"})
  void anUnknownRuleIsRefusedAndShown(String regex) throws IOException {
    change("tokenizer.json", json -> split(json, regex));
    assertThatThrownBy(this::export)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(model.toString())
        .hasMessageContaining(regex);
    assertThat(folder.resolve("out.gguf")).doesNotExist();
  }

  @Test
  void aTokenBeforeTextsIsTakenFromTheTokenizersTemplate() throws IOException {
    change(
        "tokenizer.json",
        json -> {
          var template = json.putObject("post_processor").put("type", "TemplateProcessing");
          var single = template.putArray("single");
          single.addObject().putObject("SpecialToken").put("id", "<|pad|>").put("type_id", 0);
          single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
          var pair = template.putArray("pair");
          pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
          var token =
              template.putObject("special_tokens").putObject("<|pad|>").put("id", "<|pad|>");
          token.putArray("ids").add(SmallModels.TOKENIZER.pad());
          token.putArray("tokens").add("<|pad|>");
        });
    assertThat(export().metadata)
        .containsEntry("tokenizer.ggml.bos_token_id", (long) SmallModels.TOKENIZER.pad())
        .containsEntry("tokenizer.ggml.add_bos_token", true)
        .containsEntry("tokenizer.ggml.add_eos_token", false);
    Files.writeString(model.resolve("lineage.json"), "{\"stage\": \"sft\"}");
    assertThat(export().metadata).containsEntry("tokenizer.ggml.add_bos_token", false);
    assertThat(report.notes())
        .anyMatch(note -> note.contains("a prompt, a blank line and the answer"));
  }

  @Test
  void furtherEndsAndTheTemplateAreTakenAlong() throws IOException {
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [5, 7, 9]}");
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages[0].content }}\n");
    assertThat(export().metadata)
        .containsEntry("tokenizer.ggml.eot_token_id", 5L)
        .containsEntry("tokenizer.ggml.eom_token_id", 7L)
        .containsEntry("tokenizer.chat_template", "{{ messages[0].content }}\n");
    assertThat(report.notes()).anyMatch(note -> note.contains("[9]"));
  }

  private void pieces(Consumer<ObjectNode> change) throws IOException {
    var json = PieceTokenizer.json();
    change.accept(json);
    var config = SmallModels.config("llama 2").put("vocab_size", 340);
    model = SmallModels.write(folder, "pieces", config.toString(), 0.3);
    for (var name : List.of("lineage.json", "tokenizer_config.json")) {
      Files.delete(model.resolve(name));
    }
    Files.writeString(model.resolve("tokenizer.json"), json.toString());
  }

  @Test
  void piecesAndScoresMakeTheTokensThatTheMergesMake() throws IOException {
    pieces(_ -> {});
    var file = export();
    assertThat(file.metadata)
        .containsEntry("tokenizer.ggml.model", "llama")
        .containsEntry("tokenizer.ggml.add_space_prefix", true)
        .containsEntry("tokenizer.ggml.unknown_token_id", 0L)
        .containsEntry("tokenizer.ggml.eos_token_id", 2L);
    assertThat(file.list("tokenizer.ggml.token_type").subList(0, 4))
        .isEqualTo(List.of(2L, 3L, 3L, 6L));
    var tokenizer = Checkpoint.tokenizer(model);
    var reference = new LlamaCppPieces(file);
    for (var text :
        List.of(
            "the cat sat on the mat",
            " the  dog",
            "thattheother",
            "that that cat was fed a log, Zoë!",
            "the\nthe\t\u732b",
            "xyz xyyz xxyzz yzxyz",
            "hhhheeee tthheeaatt")) {
      assertThat(reference.encode(text)).as(text).isEqualTo(tokenizer.encode(text));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"first|do not follow one another", "missing|are not merged, though"})
  void mergesThatNoScoresExpressAreRefused(String what, String said) throws IOException {
    pieces(json -> {
      var merges = (ArrayNode) json.path("model").path("merges");
      int several = 0;
      while (!made(merges, several).equals(made(merges, several + 1))) {
        several++;
      }
      var taken = merges.remove(several);
      if (what.equals("first")) {
        merges.insert(several + 2, taken);
      }
    });
    assertThatThrownBy(this::export)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  private static String made(ArrayNode merges, int place) {
    return merges.get(place).asText().replace(" ", "");
  }

  @Test
  void piecesWithoutAByteOrWithAnotherStepAreRefused() throws IOException {
    pieces(json -> json.putObject("normalizer").put("type", "Lowercase"));
    assertThatThrownBy(this::export).hasMessageContaining("the step {\"type\":\"Lowercase\"}");
    pieces(json -> json.putNull("normalizer"));
    assertThatThrownBy(this::export).hasMessageContaining("does not write spaces");
  }
}
