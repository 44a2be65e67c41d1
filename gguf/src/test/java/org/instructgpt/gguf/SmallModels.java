package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Json;
import org.instructgpt.model.CarriedFiles;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;

/// A small checkpoint of each family, with random weights in all places.
final class SmallModels {
  static final int VOCABULARY = 300;

  static final Tokenizer TOKENIZER =
      BpeTrainer.train(
          List.of("the cat sat on the mat, and the dog sat on the log; it's 10 o'clock"), 290);

  private static final String SIZES =
      """
      "vocab_size": 300, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4,
      "num_attention_heads": 4, "max_position_embeddings": 128
      """;

  /// What `config.json` says, by a name for tests.
  static final Map<String, String> CONFIGS = new LinkedHashMap<>();

  private static void add(String name, String type, String more) {
    var norm = type.equals("gpt_neox") ? "layer_norm_eps" : "rms_norm_eps";
    CONFIGS.put(
        name, "{\"model_type\": \"%s\", \"%s\": 1e-5, %s, %s}".formatted(type, norm, SIZES, more));
  }

  static {
    var gpt2 =
        """
        {"model_type": "gpt2", "vocab_size": 300, "n_embd": 64, "n_head": 4, "n_layer": 2,
         "n_positions": 128, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", %s}
        """;
    CONFIGS.put("gpt2", gpt2.formatted("\"n_inner\": null"));
    CONFIGS.put("gpt2, untied", gpt2.formatted("\"n_inner\": 96, \"tie_word_embeddings\": false"));
    var neox = "\"hidden_act\": \"gelu_new\", \"rotary_pct\": 0.25";
    add("pythia", "gpt_neox", neox);
    add(
        "neox, serial",
        "gpt_neox",
        neox
            + ", \"use_parallel_residual\": false, \"attention_bias\": false,"
            + " \"tie_word_embeddings\": true");
    add("llama 2", "llama", "\"tie_word_embeddings\": false");
    add(
        "llama 3.2",
        "llama",
        """
        "num_key_value_heads": 2, "head_dim": 24, "rope_theta": 500000.0, "tie_word_embeddings": true,
        "attention_bias": true, "mlp_bias": true, "rope_scaling": {"rope_type": "llama3",
          "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 32}
        """);
    add(
        "linear",
        "llama",
        "\"num_key_value_heads\": 1, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}");
    add(
        "yarn",
        "llama",
        """
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
          "original_max_position_embeddings": 64, "attention_factor": 1.25}
        """);
    add("mistral", "mistral", "\"num_key_value_heads\": 2, \"sliding_window\": 48");
    add(
        "qwen 2",
        "qwen2",
        "\"num_key_value_heads\": 2, \"tie_word_embeddings\": true, \"rope_theta\": 1000000.0");
    add(
        "qwen 2, yarn",
        "qwen2",
        """
        "num_key_value_heads": 2, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
          "original_max_position_embeddings": 32}
        """);
    add("qwen 3", "qwen3", "\"num_key_value_heads\": 2, \"head_dim\": 24, \"rope_theta\": 1e6");
    add("smollm 3", "smollm3", "\"num_key_value_heads\": 2, \"rope_theta\": 5000000.0");
    add(
        "gemma 2",
        "gemma2",
        """
        "num_key_value_heads": 2, "head_dim": 24, "sliding_window": 10, "query_pre_attn_scalar": 24,
        "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0
        """);
    add(
        "gemma 3",
        "gemma3_text",
        """
        "num_key_value_heads": 1, "head_dim": 24, "sliding_window": 10, "query_pre_attn_scalar": 24,
        "sliding_window_pattern": 2, "rope_local_base_freq": 100.0, "rope_theta": 5000.0,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0}
        """);
    add("olmo 2", "olmo2", "\"num_key_value_heads\": 2, \"rope_theta\": 500000.0");
    add("phi 3", "phi3", "\"num_key_value_heads\": 2, \"sliding_window\": 70");
    add(
        "phi 3.5",
        "phi3",
        """
        "original_max_position_embeddings": 64, "partial_rotary_factor": 0.5,
        "rope_scaling": {"rope_type": "longrope", "short_factor": [1.0, 1.5, 1.7, 2.0],
          "long_factor": [2.0, 4.0, 5.0, 6.0]}
        """);
  }

  private SmallModels() {}

  /// Writes one.
  static Path write(Path folder, String name) throws IOException {
    return write(folder, name, CONFIGS.getOrDefault(name, ""), 0.3);
  }

  /// Writes one of a description.
  ///
  /// @param deviation of the weights
  static Path write(Path folder, String name, String config, double deviation) throws IOException {
    var place = Files.createDirectories(folder.resolve(name.replaceAll("\\W", "")));
    Files.writeString(place.resolve("config.json"), config);
    try (var _ = Scope.open()) {
      var shape = Checkpoint.shape(place);
      var parameters = new Parameters(Gpt.shapes(shape), DType.FLOAT32, Device.CPU);
      var carried = CarriedFiles.of(Map.of("config.json", config));
      var gpt = new Gpt(shape, Precision.FULL, parameters, List.of(), carried);
      Scope.constant(() -> gpt.parameters().flat().normal_(0, deviation, new Randomness(3)));
      Checkpoint.save(gpt, TOKENIZER, new Lineage("pretrain", Map.of(), Map.of()), place);
    }
    return place;
  }

  /// The description of one, to be changed.
  static ObjectNode config(String name) throws IOException {
    return (ObjectNode) Json.LENIENT.readTree(CONFIGS.get(name));
  }

  /// The tensors of a checkpoint's file, by their published names.
  static SequencedMap<String, double[]> tensors(Path model) throws IOException {
    var all = new LinkedHashMap<String, double[]>();
    try (var _ = Scope.open()) {
      Safetensors.read(model.resolve("model.safetensors"))
          .forEach((name, tensor) -> all.put(name, tensor.to(DType.FLOAT64).doubles()));
    }
    return all;
  }
}
