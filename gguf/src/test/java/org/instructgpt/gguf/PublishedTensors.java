package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What a GGUF file should hold of a checkpoint, element by element, written from the published
/// names of both with plain loops.
final class PublishedTensors {
  private final JsonNode config;
  private final Map<String, double[]> source;
  private final Map<String, Wanted> wanted = new LinkedHashMap<>();
  private final String type;
  private final int width;
  private final int heads;
  private final int keys;
  private final int head;

  /// @param sizes as the file lists them
  record Wanted(List<Long> sizes, double[] values) {}

  PublishedTensors(JsonNode config, Map<String, double[]> source) {
    this.config = config;
    this.source = source;
    type = config.path("model_type").asText();
    width = config.path("hidden_size").asInt(config.path("n_embd").asInt());
    heads = config.path("num_attention_heads").asInt(config.path("n_head").asInt());
    keys = config.path("num_key_value_heads").asInt(heads);
    head = config.path("head_dim").asInt(width / heads);
  }

  Map<String, Wanted> all() {
    int layers = config.path("num_hidden_layers").asInt(config.path("n_layer").asInt());
    switch (type) {
      case "gpt2" -> gpt2(layers);
      case "gpt_neox" -> neox(layers);
      default -> llama(layers);
    }
    return wanted;
  }

  private double[] get(String name) {
    return Objects.requireNonNull(source.get(name), name);
  }

  private void put(String name, double[] values, int row) {
    boolean matrix = row != values.length;
    wanted.put(
        name,
        new Wanted(
            matrix
                ? List.of((long) row, (long) values.length / row)
                : List.of((long) values.length),
            values));
  }

  private void vector(String name, String from) {
    double offset = type.startsWith("gemma") ? 1 : 0;
    put(name, Arrays.stream(get(from)).map(x -> x + offset).toArray(), get(from).length);
  }

  private static double[] transposed(double[] values, int rows) {
    int columns = values.length / rows;
    var turned = new double[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        turned[c * rows + r] = values[r * columns + c];
      }
    }
    return turned;
  }

  private void gpt2(int layers) {
    var t = "transformer.";
    put("token_embd.weight", get(t + "wte.weight"), width);
    put("position_embd.weight", get(t + "wpe.weight"), width);
    for (int i = 0; i < layers; i++) {
      var to = "blk." + i + ".";
      var from = t + "h." + i + ".";
      for (var part : List.of("weight", "bias")) {
        vector(to + "attn_norm." + part, from + "ln_1." + part);
        vector(to + "ffn_norm." + part, from + "ln_2." + part);
      }
      var names =
          Map.of(
              "attn_qkv", "attn.c_attn",
              "attn_output", "attn.c_proj",
              "ffn_up", "mlp.c_fc",
              "ffn_down", "mlp.c_proj");
      names.forEach((name, of) -> {
        int in = get(from + of + ".weight").length / get(from + of + ".bias").length;
        put(to + name + ".weight", transposed(get(from + of + ".weight"), in), in);
        vector(to + name + ".bias", from + of + ".bias");
      });
    }
    vector("output_norm.weight", t + "ln_f.weight");
    vector("output_norm.bias", t + "ln_f.bias");
    if (source.containsKey("lm_head.weight")) {
      put("output.weight", get("lm_head.weight"), width);
    }
  }

  /// Rows (head, which of three, entry) become (which, head, entry).
  private double[] byKind(double[] values, int row) {
    var sorted = new double[values.length];
    for (int h = 0; h < heads; h++) {
      for (int kind = 0; kind < 3; kind++) {
        int from = (h * 3 + kind) * head * row;
        int to = (kind * heads + h) * head * row;
        System.arraycopy(values, from, sorted, to, head * row);
      }
    }
    return sorted;
  }

  private void neox(int layers) {
    var t = "gpt_neox.";
    put("token_embd.weight", get(t + "embed_in.weight"), width);
    put(
        "output.weight",
        source.getOrDefault("embed_out.weight", get(t + "embed_in.weight")),
        width);
    for (int i = 0; i < layers; i++) {
      var to = "blk." + i + ".";
      var from = t + "layers." + i + ".";
      for (var part : List.of("weight", "bias")) {
        vector(to + "attn_norm." + part, from + "input_layernorm." + part);
        vector(to + "ffn_norm." + part, from + "post_attention_layernorm." + part);
      }
      var qkv = from + "attention.query_key_value.";
      put(to + "attn_qkv.weight", byKind(get(qkv + "weight"), width), width);
      var none = new double[3 * width];
      put(to + "attn_qkv.bias", byKind(source.getOrDefault(qkv + "bias", none), 1), 3 * width);
      var dense = from + "attention.dense.";
      put(to + "attn_output.weight", get(dense + "weight"), width);
      put(to + "attn_output.bias", source.getOrDefault(dense + "bias", new double[width]), width);
      int inner = config.path("intermediate_size").asInt();
      put(to + "ffn_up.weight", get(from + "mlp.dense_h_to_4h.weight"), width);
      vector(to + "ffn_up.bias", from + "mlp.dense_h_to_4h.bias");
      put(to + "ffn_down.weight", get(from + "mlp.dense_4h_to_h.weight"), inner);
      vector(to + "ffn_down.bias", from + "mlp.dense_4h_to_h.bias");
    }
    vector("output_norm.weight", t + "final_layer_norm.weight");
    vector("output_norm.bias", t + "final_layer_norm.bias");
  }

  /// Of each head's rows, row 2 i is the published row i, and row 2 i + 1 the row i + half.
  private double[] neighbours(double[] values, int count, int row) {
    if (!List.of("llama", "mistral", "smollm3").contains(type)) {
      return values;
    }
    var sorted = new double[values.length];
    for (int h = 0; h < count; h++) {
      for (int i = 0; i < head; i++) {
        int from = h * head + i / 2 + (i % 2) * (head / 2);
        System.arraycopy(values, from * row, sorted, (h * head + i) * row, row);
      }
    }
    return sorted;
  }

  private void llama(int layers) {
    put("token_embd.weight", get("model.embed_tokens.weight"), width);
    vector("output_norm.weight", "model.norm.weight");
    if (source.containsKey("lm_head.weight") || type.equals("olmo2")) {
      put(
          "output.weight",
          source.getOrDefault("lm_head.weight", get("model.embed_tokens.weight")),
          width);
    }
    for (int i = 0; i < layers; i++) {
      block("blk." + i + ".", "model.layers." + i + ".");
    }
    factors();
  }

  private void block(String to, String from) {
    var attention = from + "self_attn.";
    boolean around = type.startsWith("gemma");
    if (around || type.equals("olmo2")) {
      vector(to + "post_attention_norm.weight", from + "post_attention_layernorm.weight");
      vector(to + "post_ffw_norm.weight", from + "post_feedforward_layernorm.weight");
    }
    if (!type.equals("olmo2")) {
      vector(to + "attn_norm.weight", from + "input_layernorm.weight");
      vector(
          to + "ffn_norm.weight",
          from + (around ? "pre_feedforward" : "post_attention") + "_layernorm.weight");
    }
    for (var norm : List.of("q_norm", "k_norm")) {
      if (source.containsKey(attention + norm + ".weight")) {
        vector(to + "attn_" + norm + ".weight", attention + norm + ".weight");
      }
    }
    int inner = config.path("intermediate_size").asInt();
    if (type.equals("phi3")) {
      put(to + "attn_qkv.weight", get(attention + "qkv_proj.weight"), width);
      put(to + "ffn_up.weight", get(from + "mlp.gate_up_proj.weight"), width);
    } else {
      query(to + "attn_q", attention + "q_proj", heads);
      query(to + "attn_k", attention + "k_proj", keys);
      linear(to + "attn_v", attention + "v_proj", width);
      linear(to + "ffn_gate", from + "mlp.gate_proj", width);
      linear(to + "ffn_up", from + "mlp.up_proj", width);
    }
    linear(to + "attn_output", attention + "o_proj", heads * head);
    linear(to + "ffn_down", from + "mlp.down_proj", inner);
  }

  private void query(String to, String from, int count) {
    put(to + ".weight", neighbours(get(from + ".weight"), count, width), width);
    if (source.containsKey(from + ".bias")) {
      var bias = neighbours(get(from + ".bias"), count, 1);
      put(to + ".bias", bias, bias.length);
    }
  }

  private void linear(String to, String from, int row) {
    put(to + ".weight", get(from + ".weight"), row);
    if (source.containsKey(from + ".bias")) {
      put(to + ".bias", get(from + ".bias"), get(from + ".bias").length);
    }
  }

  /// What frequencies are divided by: Llama 3's rule, or the list of a long-context Phi.
  private void factors() {
    var scaling = config.path("rope_scaling");
    var kind = scaling.path("rope_type").asText();
    if (kind.equals("longrope")) {
      var divisors = new double[scaling.path("short_factor").size()];
      Arrays.setAll(divisors, i -> scaling.path("short_factor").path(i).asDouble());
      put("rope_factors_short.weight", divisors, divisors.length);
      put("rope_factors_long.weight", divisors, divisors.length);
    }
    if (kind.equals("llama3")) {
      var divisors = new double[head / 2];
      double original = scaling.path("original_max_position_embeddings").asDouble();
      for (int i = 0; i < divisors.length; i++) {
        double length =
            2 * Math.PI * Math.pow(config.path("rope_theta").asDouble(), 2.0 * i / head);
        double kept =
            Math.clamp((original / length - 1) / (4.0 - 1), 0, 1); // low 1, high 4, factor 8
        divisors[i] = 1 / ((1 - kept) / 8 + kept);
      }
      put("rope_freqs.weight", divisors, divisors.length);
    }
  }
}
