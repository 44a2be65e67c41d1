package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What the files of published checkpoints hold, family by family, as `transformers` writes them.
final class ReferenceTensors {
  private final JsonNode config;
  private final String type;
  private final int width;
  private final int heads;
  private final int keys;
  private final int head;

  private ReferenceTensors(JsonNode config) {
    this.config = config;
    this.type = config.path("model_type").asText();
    this.width = config.path(type.equals("gpt2") ? "n_embd" : "hidden_size").asInt();
    this.heads = config.path(type.equals("gpt2") ? "n_head" : "num_attention_heads").asInt();
    this.keys = config.path("num_key_value_heads").asInt(heads);
    this.head = config.path("head_dim").asInt(width / heads);
  }

  private boolean isGemma() {
    return type.startsWith("gemma");
  }

  /// Whether the unembedding is the embedding.
  static boolean isTied(JsonNode config) {
    var type = config.path("model_type").asText();
    boolean usual = type.equals("gpt2") || type.startsWith("gemma") || type.equals("smollm3");
    return config.path("tie_word_embeddings").asBoolean(usual);
  }

  private int layers() {
    return config.path(type.equals("gpt2") ? "n_layer" : "num_hidden_layers").asInt();
  }

  /// The names and shapes of a family's tensors.
  static SequencedMap<String, long[]> shapes(JsonNode config) {
    var shapes = new LinkedHashMap<String, long[]>();
    var of = new ReferenceTensors(config);
    if (of.type.equals("gpt2")) {
      of.gpt2Shapes(shapes);
    } else if (of.type.equals("gpt_neox")) {
      of.neoxShapes(shapes);
    } else {
      of.llamaShapes(shapes);
    }
    return shapes;
  }

  private void gpt2Shapes(Map<String, long[]> shapes) {
    long c = width;
    long inner = config.path("n_inner").asInt(4 * width);
    shapes.put("transformer.wte.weight", dims(vocabulary(), c));
    shapes.put("transformer.wpe.weight", dims(config.path("n_positions").asInt(), c));
    for (int i = 0; i < layers(); i++) {
      var h = "transformer.h." + i + ".";
      norm(shapes, h + "ln_1", c, true);
      shapes.put(h + "attn.c_attn.weight", dims(c, 3 * c));
      shapes.put(h + "attn.c_attn.bias", dims(3 * c));
      shapes.put(h + "attn.c_proj.weight", dims(c, c));
      shapes.put(h + "attn.c_proj.bias", dims(c));
      norm(shapes, h + "ln_2", c, true);
      shapes.put(h + "mlp.c_fc.weight", dims(c, inner));
      shapes.put(h + "mlp.c_fc.bias", dims(inner));
      shapes.put(h + "mlp.c_proj.weight", dims(inner, c));
      shapes.put(h + "mlp.c_proj.bias", dims(c));
    }
    norm(shapes, "transformer.ln_f", c, true);
    if (!isTied(config)) {
      shapes.put("lm_head.weight", dims(vocabulary(), c));
    }
  }

  private void neoxShapes(Map<String, long[]> shapes) {
    long c = width;
    long inner = config.path("intermediate_size").asInt();
    shapes.put("gpt_neox.embed_in.weight", dims(vocabulary(), c));
    for (int i = 0; i < layers(); i++) {
      var h = "gpt_neox.layers." + i + ".";
      norm(shapes, h + "input_layernorm", c, true);
      norm(shapes, h + "post_attention_layernorm", c, true);
      linear(shapes, h + "attention.query_key_value", 3 * c, c, true);
      linear(shapes, h + "attention.dense", c, c, true);
      linear(shapes, h + "mlp.dense_h_to_4h", inner, c, true);
      linear(shapes, h + "mlp.dense_4h_to_h", c, inner, true);
    }
    norm(shapes, "gpt_neox.final_layer_norm", c, true);
    if (!isTied(config)) {
      shapes.put("embed_out.weight", dims(vocabulary(), c));
    }
  }

  private void llamaShapes(Map<String, long[]> shapes) {
    long c = width;
    long q = (long) heads * head;
    long k = (long) keys * head;
    long inner = config.path("intermediate_size").asInt();
    boolean bias = config.path("attention_bias").asBoolean(false);
    boolean mlpBias = config.path("mlp_bias").asBoolean(false);
    shapes.put("model.embed_tokens.weight", dims(vocabulary(), c));
    for (int i = 0; i < layers(); i++) {
      var h = "model.layers." + i + ".";
      if (!type.equals("olmo2")) {
        norm(shapes, h + "input_layernorm", c, false);
      }
      norm(shapes, h + "post_attention_layernorm", c, false);
      if (isGemma()) {
        norm(shapes, h + "pre_feedforward_layernorm", c, false);
      }
      if (isGemma() || type.equals("olmo2")) {
        norm(shapes, h + "post_feedforward_layernorm", c, false);
      }
      if (type.equals("qwen3") || type.equals("gemma3_text")) {
        norm(shapes, h + "self_attn.q_norm", head, false);
        norm(shapes, h + "self_attn.k_norm", head, false);
      }
      if (type.equals("olmo2")) {
        norm(shapes, h + "self_attn.q_norm", q, false);
        norm(shapes, h + "self_attn.k_norm", k, false);
      }
      if (type.equals("phi3")) {
        linear(shapes, h + "self_attn.qkv_proj", q + 2 * k, c, false);
        linear(shapes, h + "mlp.gate_up_proj", 2 * inner, c, false);
      } else {
        boolean qkv = bias || type.equals("qwen2");
        linear(shapes, h + "self_attn.q_proj", q, c, qkv);
        linear(shapes, h + "self_attn.k_proj", k, c, qkv);
        linear(shapes, h + "self_attn.v_proj", k, c, qkv);
        linear(shapes, h + "mlp.gate_proj", inner, c, mlpBias);
        linear(shapes, h + "mlp.up_proj", inner, c, mlpBias);
      }
      linear(shapes, h + "self_attn.o_proj", c, q, bias);
      linear(shapes, h + "mlp.down_proj", c, inner, mlpBias);
    }
    norm(shapes, "model.norm", c, false);
    if (!isTied(config)) {
      shapes.put("lm_head.weight", dims(vocabulary(), c));
    }
  }

  private static void norm(Map<String, long[]> shapes, String name, long width, boolean shift) {
    shapes.put(name + ".weight", dims(width));
    if (shift) {
      shapes.put(name + ".bias", dims(width));
    }
  }

  private static void linear(
      Map<String, long[]> shapes, String name, long out, long in, boolean bias) {
    shapes.put(name + ".weight", dims(out, in));
    if (bias) {
      shapes.put(name + ".bias", dims(out));
    }
  }

  private static long[] dims(long... sizes) {
    return sizes;
  }

  private int vocabulary() {
    return config.path("vocab_size").asInt();
  }
}
