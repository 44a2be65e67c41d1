package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.instructgpt.files.Json;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.text.KeyReview;
import org.instructgpt.torch.Safetensors;

/// Llama as its makers keep it, and llama2.c: a description with the keys `dim` and `n_layers`, in
/// `params.json` or `config.json`, and all weights in one safetensors file of whatever name. It is
/// put into the words of Hugging Face's `config.json`, which everything else reads.
///
/// Source of the keys, and of the width of networks where it is not told: Meta's `llama`,
/// `model.py` (`ModelArgs`, `FeedForward`).
final class MetaLayout {
  private static final String PARAMS = "params.json";
  private static final long DESCRIPTION_LIMIT = 1_000_000;

  /// Of the description.
  static final KeyReview KEYS =
      KeyReview.of("params.json of Llama")
          .obeyed("dim", "width")
          .obeyed("n_layers", "number of blocks")
          .obeyed("n_heads", "number of heads of queries")
          .obeyed(
              "n_kv_heads", "number of heads of keys and values; as many as of queries if missing")
          .obeyed("head_dim", "entries of a head; the width by the heads if missing")
          .obeyed(
              "hidden_dim",
              "width of the networks; if missing, two thirds of 4 times the width, by `ffn_dim_multiplier`, rounded up to a multiple of `multiple_of`")
          .obeyed("multiple_of", "see `hidden_dim`; 256 if missing")
          .obeyed("ffn_dim_multiplier", "see `hidden_dim`; 1 if missing")
          .obeyed("vocab_size", "rows of the embedding; must be told")
          .obeyed("max_seq_len", "context; must be told")
          .obeyed("norm_eps", "added to mean squares; 1e-5 if missing")
          .obeyed("rope_theta", "base of rotary positions; 10,000 if missing")
          .obeyed(
              "tied_embeddings",
              "whether the unembedding is the embedding; if missing, whether there is no `output.weight`")
          .obeyed("activation", "must be `silu-gated`; may be missing")
          .obeyed("bos", "an id that begins a text, and so ends the one before")
          .obeyed("eos", "the id that ends a text")
          .refused(
              "its frequencies are scaled by numbers that this file does not tell: take the model in Hugging Face's layout",
              "use_scaled_rope")
          .refused(
              "take the model in Hugging Face's layout",
              "lora_args",
              "quantization_args",
              "moe",
              "sliding_window",
              "vision_chunk_size")
          .harmless("how a program computes the same", "max_batch_size", "dropout");

  private MetaLayout() {}

  /// The description in a folder, where it has one of this layout and none of another.
  static Optional<ConfigJson> description(Path directory) throws IOException {
    for (var name : List.of(CheckpointFiles.CONFIG, PARAMS)) {
      var file = directory.resolve(name);
      if (Files.isRegularFile(file)) {
        if (Files.size(file) > DESCRIPTION_LIMIT) {
          return Optional.empty();
        }
        ConfigJson config;
        try {
          config = ConfigJson.read(file);
        } catch (IllegalArgumentException noJson) {
          return Optional.empty(); // whoever reads the file next says it
        }
        boolean isMetas = config.has("dim") && config.has("n_layers") && !config.has("model_type");
        return isMetas ? Optional.of(config) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /// The weights of a folder of this layout: its only safetensors file.
  static Optional<Path> weights(Path directory) throws IOException {
    if (description(directory).isEmpty()) {
      return Optional.empty();
    }
    try (var files = Files.list(directory)) {
      var all = files.filter(file -> file.toString().endsWith(".safetensors")).limit(2).toList();
      return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }
  }

  /// The description in Hugging Face's words.
  ///
  /// @param weights of the model
  /// @throws IllegalArgumentException if a key is missing, or changes the result and is not read
  static ConfigJson translated(ConfigJson meta, Path weights) throws IOException {
    KEYS.check(meta.file(), "", meta.json());
    if (!meta.json().path("activation").asText("silu-gated").equals("silu-gated")) {
      throw new IllegalArgumentException(
          "%s: activation: expected silu-gated, found %s"
              .formatted(meta.file(), meta.json().path("activation")));
    }
    int width = meta.whole("dim");
    int heads = meta.whole("n_heads");
    var json = Json.LENIENT.createObjectNode();
    json.putArray("architectures").add("LlamaForCausalLM");
    json.put("model_type", "llama");
    json.put("hidden_size", width);
    json.put("intermediate_size", network(meta, width));
    json.put("num_hidden_layers", meta.layers("n_layers"));
    json.put("num_attention_heads", heads);
    json.put("num_key_value_heads", meta.whole("n_kv_heads", heads));
    json.put("head_dim", meta.headWidth(width, heads));
    json.put("vocab_size", meta.whole("vocab_size"));
    json.put("max_position_embeddings", meta.whole("max_seq_len"));
    json.put("rms_norm_eps", meta.number("norm_eps", 1e-5));
    json.put("rope_theta", meta.number("rope_theta", 10_000));
    json.put("hidden_act", "silu");
    boolean untied = Safetensors.header(weights).tensors().containsKey("output.weight");
    json.put("tie_word_embeddings", meta.yes("tied_embeddings", !untied));
    ends(meta, json);
    return new ConfigJson(meta.file(), json);
  }

  private static int network(ConfigJson meta, int width) {
    if (meta.has("hidden_dim")) {
      return meta.whole("hidden_dim");
    }
    int twoThirds = (int) (2L * 4 * width / 3);
    int scaled = (int) (meta.number("ffn_dim_multiplier", 1) * twoThirds);
    int multiple = meta.whole("multiple_of", 256);
    if (multiple < 1) {
      throw new IllegalArgumentException(
          "%s: expected 1 or more for multiple_of, found %d".formatted(meta.file(), multiple));
    }
    return Math.ceilDiv(scaled, multiple) * multiple;
  }

  /// A text of these models ends where the next one begins, too.
  private static void ends(ConfigJson meta, ObjectNode json) {
    if (meta.has("bos")) {
      json.put("bos_token_id", meta.whole("bos"));
    }
    if (meta.has("eos")) {
      var ends = json.putArray("eos_token_id").add(meta.whole("eos"));
      if (meta.has("bos")) {
        ends.add(meta.whole("bos"));
      }
    }
  }
}
