package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.instructgpt.files.Json;
import org.instructgpt.model.Dropout;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Llama with Meta's names and keys is the Llama that it is in Hugging Face's.
class MetaLayoutTest {
  private static final String HUGGING_FACE =
      """
      {"model_type": "llama", "vocab_size": 50, "hidden_size": 24, "intermediate_size": 64,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 6,
       "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "tie_word_embeddings": false}
      """;

  private static final String META =
      """
      {"dim": 24, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "vocab_size": 50, "multiple_of": 16,
       "ffn_dim_multiplier": 1.0, "max_seq_len": 32, "norm_eps": 1e-5, "bos": 1, "eos": 2}
      """;

  private static final Map<String, String> NAMES =
      Map.of(
          "input_layernorm", "attention_norm",
          "post_attention_layernorm", "ffn_norm",
          "self_attn.q_proj", "attention.wq",
          "self_attn.k_proj", "attention.wk",
          "self_attn.v_proj", "attention.wv",
          "self_attn.o_proj", "attention.wo",
          "mlp.gate_proj", "feed_forward.w1",
          "mlp.down_proj", "feed_forward.w2",
          "mlp.up_proj", "feed_forward.w3");

  @TempDir private Path folder;

  private static Map<String, double[]> weights(ObjectNode config) {
    var random = new Random(7);
    var weights = new LinkedHashMap<String, double[]>();
    ReferenceTensors.shapes(config)
        .forEach((name, shape) -> {
          var values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
          Arrays.setAll(
              values, _ -> (float) ((name.contains("norm") ? 1 : 0) + 0.3 * random.nextGaussian()));
          weights.put(name, values);
        });
    return weights;
  }

  private static String metas(String name) {
    var other =
        name.replace("model.embed_tokens", "tok_embeddings")
            .replace("lm_head", "output")
            .replace("model.", "");
    for (var entry : NAMES.entrySet()) {
      other = other.replace("." + entry.getKey() + ".", "." + entry.getValue() + ".");
    }
    return other;
  }

  /// Rows of Meta's matrices of queries and keys: of a head of 6, the entries j and j + 3 are the
  /// rows 2j and 2j + 1.
  private static float[] metas(String name, double[] values, int in) {
    var moved = new float[values.length];
    boolean turned = name.matches(".*(q_proj|k_proj).*");
    for (int row = 0; row < values.length / in; row++) {
      int entry = row % 6;
      int to = row - entry + (entry < 3 ? 2 * entry : 2 * (entry - 3) + 1);
      for (int i = 0; i < in; i++) {
        moved[(turned ? to : row) * in + i] = (float) values[row * in + i];
      }
    }
    return moved;
  }

  private Map<String, double[]> write(String description, String weightsFile) throws IOException {
    var config = (ObjectNode) Json.LENIENT.readTree(HUGGING_FACE);
    var shapes = ReferenceTensors.shapes(config);
    var weights = weights(config);
    var tensors = new LinkedHashMap<String, Tensor>();
    weights.forEach((name, values) -> {
      long[] shape = shapes.get(name);
      int in = (int) shape[shape.length - 1];
      tensors.put(metas(name), Tensor.of(metas(name, values, in), shape));
    });
    Safetensors.write(folder.resolve(weightsFile), tensors, Map.of());
    Files.writeString(folder.resolve(description), META);
    return weights;
  }

  @ParameterizedTest
  @CsvSource({"params.json,consolidated.safetensors", "config.json,stories.safetensors"})
  void itsLogProbabilitiesAreThoseOfTheLoops(String description, String file) throws IOException {
    try (var _ = Scope.open()) {
      var weights = write(description, file);
      int[] row = new Random(1).ints(15, 0, 50).toArray();
      var gpt = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
      var hidden = gpt.hidden(Tensor.of(row, 1, row.length), Dropout.NONE);
      double[] ours = gpt.logits(hidden.view(row.length, -1)).logSoftmax(-1).doubles();
      var config = (ObjectNode) Json.LENIENT.readTree(HUGGING_FACE);
      double[][] expected = new ReferenceDecoder(config, weights).logProbs(row);
      for (int t = 0; t < row.length; t++) {
        assertThat(Arrays.copyOfRange(ours, 50 * t, 50 * (t + 1)))
            .as("position %d", t)
            .containsExactly(expected[t], within(5e-5));
      }
      assertThat(gpt.ends()).containsExactlyInAnyOrder(1, 2);
      Checkpoint.requireReadable(folder);
      assertThat(Checkpoint.isIn(folder)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"use_scaled_rope\": true|in Hugging Face's layout",
        "\"surprise\": 3|this key is unknown",
        "\"activation\": \"relu\"|expected silu-gated",
        "\"n_layers\": \"two\"|expected a whole number for n_layers",
        "\"multiple_of\": 0|expected 1 or more for multiple_of",
        "\"hidden_dim\": 65|should have the shape [65, 24] by config.json"
      })
  void whatIsNotReadIsNamed(String more, String told) throws IOException {
    try (var _ = Scope.open()) {
      write("config.json", "weights.safetensors");
    }
    var key = more.substring(0, more.indexOf(':'));
    var rest =
        META.replaceAll(key + ": [^,}]+,", "").strip().replaceFirst("\\{", "{" + more + ", ");
    Files.writeString(folder.resolve("config.json"), rest);
    assertThatThrownBy(() -> Checkpoint.requireReadable(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab_size", "max_seq_len"})
  void whatMustBeToldIsAskedFor(String key) throws IOException {
    try (var _ = Scope.open()) {
      write("params.json", "weights.safetensors");
    }
    Files.writeString(
        folder.resolve("params.json"), META.replaceAll("\"" + key + "\": [^,}]+,", ""));
    assertThatThrownBy(() -> Checkpoint.shape(folder))
        .hasMessageContaining("params.json: expected a whole number for " + key);
  }

  @Test
  void weightsInSeveralFilesWithoutAnIndexAreNotGuessed() throws IOException {
    try (var _ = Scope.open()) {
      write("params.json", "a.safetensors");
      write("params.json", "b.safetensors");
      assertThatThrownBy(() -> Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("holds a model as its makers (Meta, Mistral) keep it");
    }
  }
}
