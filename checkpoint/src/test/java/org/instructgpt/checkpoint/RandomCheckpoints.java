package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Tensor;

/// Small random checkpoints of every family, as other programs write them.
final class RandomCheckpoints {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final Tokenizer TOKENIZER = BpeTrainer.train(List.of("the cat sat on the mat"), 270);

  private static final String LLAMA =
      """
      "vocab_size": 270, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 3,
      "num_attention_heads": 4, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
      "initializer_range": 0.02, "use_cache": true, "torch_dtype": "float32", "bos_token_id": 1
      """;

  /// What the files of a family say, by a name for the test.
  static Stream<String> families() {
    return CONFIGS.keySet().stream();
  }

  private static final Map<String, String> CONFIGS = new LinkedHashMap<>();

  private static void llama(String name, String type, String more) {
    CONFIGS.put(name, "{\"model_type\": \"%s\", %s, %s}".formatted(type, LLAMA, more));
  }

  static {
    var gpt2 =
        """
        {"model_type": "gpt2", "vocab_size": 270, "n_embd": 24, "n_head": 3, "n_layer": 2,
         "n_positions": 64, "layer_norm_epsilon": 1e-5, "activation_function": "%s", %s}
        """;
    CONFIGS.put("gpt2", gpt2.formatted("gelu_new", "\"n_inner\": null"));
    CONFIGS.put("gpt2, inner", gpt2.formatted("relu", "\"n_inner\": 50"));
    CONFIGS.put("gpt2, untied", gpt2.formatted("silu", "\"tie_word_embeddings\": false"));
    CONFIGS.put("gpt2, quick", gpt2.formatted("quick_gelu", "\"n_inner\": 30"));
    var neox =
        """
        {"model_type": "gpt_neox", "vocab_size": 270, "hidden_size": 32, "num_attention_heads": 2,
         "num_hidden_layers": 3, "intermediate_size": 70, "max_position_embeddings": 64,
         "layer_norm_eps": 1e-5, "hidden_act": "gelu", "rotary_pct": 0.25, "rotary_emb_base": 10000,
         "tie_word_embeddings": false, "use_parallel_residual": %s}
        """;
    CONFIGS.put("pythia", neox.formatted(true));
    CONFIGS.put("neox, serial", neox.formatted(false));
    llama("llama 2", "llama", "\"hidden_act\": \"silu\", \"tie_word_embeddings\": false");
    llama(
        "llama 3.2",
        "llama",
        """
        "num_key_value_heads": 2, "head_dim": 8, "rope_theta": 500000.0, "tie_word_embeddings": true,
        "attention_bias": true, "mlp_bias": true, "rope_scaling": {"rope_type": "llama3",
          "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 16}
        """);
    llama(
        "linear",
        "llama",
        "\"rope_scaling\": {\"type\": \"linear\", \"rope_type\": \"linear\", \"factor\": 4.0}");
    llama(
        "yarn",
        "llama",
        """
        "head_dim": 16, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
          "original_max_position_embeddings": 512}
        """);
    llama("smollm 2", "llama", "\"num_key_value_heads\": 1, \"tie_word_embeddings\": true");
    llama(
        "smollm 3",
        "smollm3",
        "\"num_key_value_heads\": 2, \"no_rope_layers\": [1, 0, 1], \"rope_theta\": 5000000.0");
    llama("mistral", "mistral", "\"num_key_value_heads\": 2, \"sliding_window\": 5");
    llama(
        "qwen 2",
        "qwen2",
        """
        "num_key_value_heads": 2, "use_sliding_window": true, "sliding_window": 4,
        "max_window_layers": 1, "tie_word_embeddings": true
        """);
    llama("qwen 3", "qwen3", "\"num_key_value_heads\": 2, \"head_dim\": 10, \"rope_theta\": 1e6");
    llama(
        "gemma 2",
        "gemma2",
        """
        "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 6, "query_pre_attn_scalar": 9,
        "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0,
        "hidden_activation": "gelu_pytorch_tanh"
        """);
    llama(
        "gemma 3",
        "gemma3_text",
        """
        "num_key_value_heads": 1, "head_dim": 8, "sliding_window": 6, "query_pre_attn_scalar": 9,
        "sliding_window_pattern": 3, "rope_local_base_freq": 100.0, "rope_theta": 5000.0,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0}
        """);
    llama("olmo 2", "olmo2", "\"num_key_value_heads\": 2, \"rope_theta\": 500000.0");
    llama("phi 3", "phi3", "\"num_key_value_heads\": 2, \"sliding_window\": 7");
    llama(
        "phi 3.5",
        "phi3",
        """
        "head_dim": 8, "original_max_position_embeddings": 32, "partial_rotary_factor": 0.5,
        "rope_scaling": {"rope_type": "longrope", "short_factor": [1.0, 1.5],
          "long_factor": [2.0, 4.0]}
        """);
  }

  private RandomCheckpoints() {}

  static ObjectNode config(String family) throws IOException {
    return (ObjectNode) JSON.readTree(CONFIGS.get(family));
  }

  /// Weights large enough that everything matters.
  static Map<String, double[]> weights(ObjectNode config) {
    var random = new Random(7);
    boolean gemma = config.path("model_type").asText().startsWith("gemma");
    var weights = new LinkedHashMap<String, double[]>();
    ReferenceTensors.shapes(config)
        .forEach((name, shape) -> {
          int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
          boolean norm = name.matches(".*(norm|ln_.)\\.weight");
          var values = new double[count];
          for (int i = 0; i < count; i++) {
            double draw = random.nextGaussian();
            values[i] = (float) (norm ? (gemma ? 0 : 1) + 0.3 * draw : 0.25 * draw);
          }
          weights.put(name, values);
        });
    return weights;
  }

  static void write(Path folder, ObjectNode config, Map<String, double[]> weights)
      throws IOException {
    Files.writeString(folder.resolve(CheckpointFiles.CONFIG), JSON.writeValueAsString(config));
    var tensors = new LinkedHashMap<String, Tensor>();
    var shapes = ReferenceTensors.shapes(config);
    weights.forEach((name, values) -> {
      var floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      long[] shape = shapes.containsKey(name) ? shapes.get(name) : new long[] {1, values.length};
      tensors.put(name, Tensor.of(floats, shape));
    });
    Safetensors.write(folder.resolve(CheckpointFiles.WEIGHTS), tensors, Map.of("format", "pt"));
    TOKENIZER.saveAll(folder);
  }

  static int[] row(int length, int seed) {
    return new Random(seed).ints(length, 0, 270).toArray();
  }

  static double[] next(ReferenceDecoder reference, int[] row) {
    double[][] all = reference.logProbs(row);
    var chosen = new double[row.length - 1];
    Arrays.setAll(chosen, t -> all[t][row[t + 1]]);
    return chosen;
  }
}
