package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.KeyReview;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every key of the files that describe a model is obeyed, harmless or refused by name.
class ConfigKeysTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Tokenizer TOKENIZER =
      BpeTrainer.train(List.of("the cat sat on the mat"), 270);
  private static final GptConfig SHAPE = GptConfig.small(1, 8, 2, 12, 270);

  /// As published with GPT-2.
  private static final String GPT2 =
      """
      {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
       "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "initializer_range": 0.02,
       "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12,
       "n_layer": 12, "n_positions": 1024, "resid_pdrop": 0.1, "summary_activation": null,
       "summary_first_dropout": 0.1, "summary_proj_to_labels": true, "summary_type": "cls_index",
       "summary_use_proj": true, "task_specific_params":
         {"text-generation": {"do_sample": true, "max_length": 50}}, "vocab_size": 50257}
      """;

  /// What later tools add.
  private static final String LATER =
      """
      {"_name_or_path": "gpt2", "_num_labels": null, "activation_function": "gelu_new",
       "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1, "bos_token_id": 50256,
       "embd_pdrop": 0.1, "eos_token_id": 50256, "gradient_checkpointing": false,
       "id2label": {"0": "LABEL_0"}, "initializer_range": 0.02, "label2id": {"LABEL_0": 0},
       "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12,
       "n_inner": null, "n_layer": 6, "n_positions": 1024, "n_special": 0,
       "predict_special_tokens": true, "reorder_and_upcast_attn": false, "resid_pdrop": 0.1,
       "scale_attn_by_inverse_layer_idx": false, "scale_attn_weights": true,
       "tokenizer_class": "GPT2Tokenizer", "torch_dtype": "float32",
       "transformers_version": "4.40.0", "use_cache": true, "pad_token_id": 50256,
       "output_past": true, "pruned_heads": {}, "is_encoder_decoder": false,
       "add_cross_attention": false, "vocab_size": 50257}
      """;

  @TempDir private Path folder;

  private void config(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
  }

  private void saved(java.util.function.Consumer<ObjectNode> change) throws IOException {
    try (var _ = Scope.open()) {
      var gpt = new Gpt(SHAPE, Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(1));
      Checkpoint.save(gpt, TOKENIZER, new Lineage("pretrain", Map.of(), Map.of()), folder);
    }
    var file = folder.resolve("config.json");
    var json = (ObjectNode) JSON.readTree(Files.readString(file));
    change.accept(json);
    Files.writeString(file, JSON.writeValueAsString(json));
    Files.delete(folder.resolve(Lineage.FILE));
  }

  @ParameterizedTest
  @ValueSource(strings = {GPT2, LATER})
  void publishedConfigsOpen(String published) throws IOException {
    config(published);
    Files.writeString(
        folder.resolve("generation_config.json"),
        """
        {"_from_model_config": true, "bos_token_id": 50256, "eos_token_id": 50256,
         "transformers_version": "4.26.0.dev0", "do_sample": true, "max_length": 50, "top_k": 50}
        """);
    assertThat(Checkpoint.shape(folder).width()).isEqualTo(768);
    assertThat(Checkpoint.shape(folder).scaling()).isEmpty();
    assertThat(Checkpoint.ends(folder)).containsExactly(50256);
    assertThat(Checkpoint.kind(folder)).isEqualTo(Checkpoint.Kind.LANGUAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rotary_dim|64|this key is unknown",
        "quantization_config|{\"bits\": 4}|quantized weights are not read",
        "pruned_heads|{\"0\": [1]}|save the whole model",
        "add_cross_attention|true|only decoders without an encoder",
        "auto_map|{\"AutoModel\": \"m.M\"}|a program of its own, which is never run",
        "bad_words_ids|[[1]]|take it out of the file if that is meant",
        "architectures|[\"MyModel\"]|names MyModel, but of gpt2 only GPT2LMHeadModel",
        "tie_word_embeddings|\"no\"|expected true or false",
        "n_inner|\"wide\"|expected a whole number",
        "activation_function|\"elu\"|activation must be gelu",
        "scale_attn_weights|1|expected true or false",
        "eos_token_id|\"x\"|expected an id or a list of ids",
        "eos_token_id|[1, -2]|expected an id or a list of ids",
        "model_type|\"bloom\"|found 'bloom': models of other families are not read"
      })
  void keysThatMayChangeTheResultAreRefusedByName(String key, String value, String why)
      throws IOException {
    var json = (ObjectNode) JSON.readTree(GPT2);
    json.set(key, JSON.readTree(value));
    config(json.toString());
    assertThatThrownBy(() -> Checkpoint.shape(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(key)
        .hasMessageContaining(why);
  }

  @Test
  void allRefusedKeysAreReportedTogetherAndThoseThatSwitchNothingOnAreAccepted()
      throws IOException {
    var json = (ObjectNode) JSON.readTree(GPT2);
    json.put("one", 1).put("two", "x").put("three", false).putNull("four").put("five", 0);
    config(json.toString());
    assertThatThrownBy(() -> Checkpoint.shape(folder))
        .hasMessageContaining("\n  one is 1: this key is unknown")
        .hasMessageContaining("\n  two is \"x\": this key is unknown")
        .message()
        .doesNotContain("three", "four", "five");
  }

  @Test
  void aGenerationConfigIsReadWithTheSameCare() throws IOException {
    config(GPT2);
    var file = folder.resolve("generation_config.json");
    Files.writeString(file, "{\"eos_token_id\": [7, 9], \"temperature\": 0.7}");
    assertThat(Checkpoint.ends(folder)).containsExactly(7, 9, 50256);
    Files.writeString(file, "{\"eos_token_id\": 7, \"suppress_tokens\": [3]}");
    assertThatThrownBy(() -> Checkpoint.ends(folder))
        .hasMessageContaining(
            "generation_config.json: suppress_tokens is [3]: nothing here forbids");
  }

  @Test
  void scalingOfAttentionIsReadAndWritten() throws IOException {
    saved(
        json -> json.put("scale_attn_by_inverse_layer_idx", true).put("scale_attn_weights", false));
    assertThat(Checkpoint.shape(folder).scaling())
        .contains(new GptConfig.Scaling(false, true, false));
    try (var _ = Scope.open()) {
      var loaded = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
      var again = Files.createDirectory(folder.resolve("again"));
      Checkpoint.save(loaded, TOKENIZER, new Lineage("sft", Map.of(), Map.of()), again);
      assertThat(Checkpoint.shape(again)).isEqualTo(Checkpoint.shape(folder));
    }
  }

  @Test
  void idsThatEndATextAreReadAndWritten() throws IOException {
    saved(json -> json.putArray("eos_token_id").add(5).add(TOKENIZER.endOfText()));
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": 9}");
    try (var _ = Scope.open()) {
      var loaded = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
      assertThat(loaded.ends()).containsExactlyInAnyOrder(5, 9, TOKENIZER.endOfText());
      var again = Files.createDirectory(folder.resolve("again"));
      Checkpoint.save(loaded, TOKENIZER, new Lineage("sft", Map.of(), Map.of()), again);
      assertThat(Checkpoint.ends(again)).containsExactlyInAnyOrder(5, 9, TOKENIZER.endOfText());
    }
  }

  @Test
  void theTablesInTheDocsAreTheseLists() throws IOException {
    var page = Files.readString(root().resolve("docs/keys.md"));
    for (var keys :
        List.of(
            ConfigKeys.GPT2,
            ConfigKeys.NEOX,
            ConfigKeys.LLAMA,
            MetaLayout.KEYS,
            ConfigKeys.GENERATION,
            AdapterKeys.ALL)) {
      assertThat(page).contains(keys.table());
    }
  }

  private static Path root() {
    var at = Path.of("").toAbsolutePath();
    return Files.exists(at.resolve("docs")) ? at : at.getParent();
  }

  @Test
  void noKeyIsListedTwice() {
    assertThat(ConfigKeys.GPT2.all()).extracting(KeyReview.Key::name).doesNotHaveDuplicates();
  }
}
