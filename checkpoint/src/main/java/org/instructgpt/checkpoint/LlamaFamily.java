package org.instructgpt.checkpoint;

import static org.instructgpt.model.ParameterShapes.AFTER_1;
import static org.instructgpt.model.ParameterShapes.AFTER_2;
import static org.instructgpt.model.ParameterShapes.DOWN;
import static org.instructgpt.model.ParameterShapes.KEY_NORM;
import static org.instructgpt.model.ParameterShapes.LAST_NORM;
import static org.instructgpt.model.ParameterShapes.NORM_1;
import static org.instructgpt.model.ParameterShapes.NORM_2;
import static org.instructgpt.model.ParameterShapes.PROJECTION;
import static org.instructgpt.model.ParameterShapes.QUERIES;
import static org.instructgpt.model.ParameterShapes.QUERY_NORM;
import static org.instructgpt.model.ParameterShapes.TOKENS;
import static org.instructgpt.model.ParameterShapes.UP;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instructgpt.model.Architecture;
import org.instructgpt.model.Architecture.Heads;
import org.instructgpt.model.Architecture.Layer;
import org.instructgpt.model.Architecture.Network;
import org.instructgpt.model.Architecture.Places;
import org.instructgpt.model.Architecture.QueryNorm;
import org.instructgpt.model.Architecture.Rotary;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.text.KeyReview;

/// Llama and the families that follow it: root mean square normalisation, rotary positions, gated
/// networks, and names such as `model.layers.0.self_attn.q_proj.weight`.
///
/// @param kind which of them
record LlamaFamily(Kind kind) implements Family {

  /// A family, and in what it differs from Llama.
  enum Kind {
    /// Llama 2 and 3, SmolLM2 (Touvron et al. 2023, arXiv 2307.09288).
    LLAMA("llama", "Llama"),
    /// Windows in all layers.
    MISTRAL("mistral", "Mistral"),
    /// Biases of queries, keys and values.
    QWEN2("qwen2", "Qwen2"),
    /// Queries and keys are normalised head by head.
    QWEN3("qwen3", "Qwen3"),
    /// No positions in every fourth layer.
    SMOLLM3("smollm3", "SmolLM3"),
    /// Normalisations around, caps, a window in every second layer (arXiv 2408.00118).
    GEMMA2("gemma2", "Gemma2"),
    /// Normalisations around and of queries and keys, a window in five of six layers (arXiv
    /// 2503.19786).
    GEMMA3("gemma3_text", "Gemma3"),
    /// Normalisations behind and of queries and keys (arXiv 2501.00656).
    OLMO2("olmo2", "Olmo2"),
    /// Queries, keys and values in one matrix (arXiv 2404.14219).
    PHI3("phi3", "Phi3");

    private final String type;
    private final String name;

    Kind(String type, String name) {
      this.type = type;
      this.name = name;
    }

    private boolean isGemma() {
      return this == GEMMA2 || this == GEMMA3;
    }

    private QueryNorm queryNorm() {
      return switch (this) {
        case QWEN3, GEMMA3 -> QueryNorm.HEAD;
        case OLMO2 -> QueryNorm.ALL;
        default -> QueryNorm.NONE;
      };
    }

    private Places places() {
      return isGemma() ? Places.AROUND : this == OLMO2 ? Places.AFTER : Places.BEFORE;
    }

    /// Whether its unembedding is its embedding where the file does not say it.
    private boolean isTied() {
      return isGemma() || this == SMOLLM3;
    }

    /// The base of rotary positions where the file does not give one.
    private double base() {
      return switch (this) {
        case GEMMA3 -> 1e6;
        case SMOLLM3 -> 2e6;
        default -> 1e4;
      };
    }
  }

  @Override
  public String type() {
    return kind.type;
  }

  @Override
  public Names names() {
    if (kind != Kind.GEMMA3) {
      return Names.of(kind.name);
    }
    return new Names(
        "Gemma3ForCausalLM",
        "Gemma3TextModel",
        "Gemma3TextForSequenceClassification",
        "model.",
        "lm_head.weight");
  }

  @Override
  public KeyReview keys() {
    return ConfigKeys.LLAMA;
  }

  @Override
  public GptConfig shape(ConfigJson config) {
    int width = config.whole("hidden_size");
    int heads = config.whole("num_attention_heads");
    var architecture =
        new Architecture(
            Architecture.Norm.RMS,
            kind.places(),
            kind.isGemma() ? 1 : 0,
            false,
            heads(config, width, heads),
            new Network(config.whole("intermediate_size"), true, config.yes("mlp_bias", false)),
            layers(config, config.headWidth(width, heads)),
            false,
            kind.isGemma() ? Math.sqrt((double) width) : 1,
            kind == Kind.GEMMA2 ? config.number("final_logit_softcapping", 30) : cap(config),
            config.isTied(kind.isTied()));
    return new GptConfig(
            config.layers("num_hidden_layers"),
            width,
            heads,
            RotaryReader.context(
                config.rotaryScaling(),
                config.whole("original_max_position_embeddings", 0),
                config.whole("max_position_embeddings")),
            config.whole("vocab_size"),
            kind.isGemma()
                ? config.activation("hidden_activation", "gelu_pytorch_tanh")
                : config.activation("hidden_act", "silu"),
            config.number("rms_norm_eps", kind == Kind.OLMO2 || kind == Kind.PHI3 ? 1e-5 : 1e-6),
            kind == Kind.PHI3 ? config.number("resid_pdrop", 0) : 0,
            0)
        .withArchitecture(architecture);
  }

  private static double cap(ConfigJson config) {
    return config.number("final_logit_softcapping", 0);
  }

  private Heads heads(ConfigJson config, int width, int heads) {
    int head = config.headWidth(width, heads);
    boolean bias = config.yes("attention_bias", false);
    double scale =
        kind.isGemma()
            ? 1 / Math.sqrt(config.number("query_pre_attn_scalar", 256))
            : 1 / Math.sqrt((double) head);
    double cap = config.number("attn_logit_softcapping", kind == Kind.GEMMA2 ? 50 : 0);
    return new Heads(
        config.whole("num_key_value_heads", heads),
        head,
        bias || kind == Kind.QWEN2,
        bias,
        kind.queryNorm(),
        scale,
        cap);
  }

  private List<Layer> layers(ConfigJson config, int head) {
    var scaling = config.rotaryScaling();
    double share =
        scaling.path("partial_rotary_factor").asDouble(config.number("partial_rotary_factor", 1));
    var reader = new RotaryReader(config, (int) (head * share));
    double base = config.number("rope_theta", kind.base());
    var nested = scaling.has("full_attention");
    var everywhere = reader.read(nested ? scaling.path("full_attention") : scaling, base);
    var inWindows =
        nested
            ? reader.read(scaling.path("sliding_attention"), base)
            : kind == Kind.GEMMA3
                ? Rotary.of(config.number("rope_local_base_freq", 1e4), (int) (head * share))
                : everywhere;
    var layers = new ArrayList<Layer>();
    int blocks = config.layers("num_hidden_layers");
    for (int i = 0; i < blocks; i++) {
      int window = window(config, i);
      Optional<Rotary> rotary =
          hasPositions(config, i)
              ? Optional.of(window > 0 ? inWindows : everywhere)
              : Optional.empty();
      layers.add(new Layer(window, rotary));
    }
    return layers;
  }

  /// The window of a layer; 0 where it sees everything.
  private int window(ConfigJson config, int layer) {
    int window = config.whole("sliding_window", kind.isGemma() ? 4096 : 0);
    var types = config.json().path("layer_types");
    if (types.isArray()) {
      var type = types.path(layer).asText();
      if (!type.equals("full_attention") && !type.equals("sliding_attention")) {
        throw new IllegalArgumentException(
            "%s: expected full_attention or sliding_attention for each layer in layer_types, found '%s' for layer %d"
                .formatted(config.file(), type, layer));
      }
      return type.equals("sliding_attention") ? window : 0;
    }
    boolean slides =
        switch (kind) {
          case GEMMA2 -> layer % 2 == 0;
          case GEMMA3 -> (layer + 1) % config.whole("sliding_window_pattern", 6) != 0;
          case MISTRAL, PHI3 -> true;
          case QWEN2, QWEN3 ->
              config.yes("use_sliding_window", false)
                  && layer >= config.whole("max_window_layers", 28);
          default -> false;
        };
    return slides ? window : 0;
  }

  private boolean hasPositions(ConfigJson config, int layer) {
    var flags = config.json().path("no_rope_layers");
    if (flags.isArray() && !flags.isEmpty()) {
      return flags.path(layer).asInt() != 0;
    }
    return kind != Kind.SMOLLM3 || (layer + 1) % config.whole("no_rope_layer_interval", 4) != 0;
  }

  @Override
  public List<StoredTensor> body(GptConfig shape) {
    var tensors = new ArrayList<StoredTensor>();
    tensors.add(
        StoredTensor.same("embed_tokens.weight", TOKENS, shape.vocabulary(), shape.width()));
    for (int i = 0; i < shape.layers(); i++) {
      block(tensors, shape, "layers." + i + ".", ParameterShapes.block(i));
    }
    tensors.add(norm("norm", LAST_NORM, shape.width()));
    return tensors;
  }

  private void block(List<StoredTensor> tensors, GptConfig shape, String from, String to) {
    long c = shape.width();
    var heads = shape.effective().heads();
    var network = shape.effective().network();
    long queries = (long) shape.heads() * heads.width();
    long keys = (long) heads.keys() * heads.width();
    norms(tensors, from, to, c);
    if (heads.norm() != QueryNorm.NONE) {
      boolean all = heads.norm() == QueryNorm.ALL;
      tensors.add(norm(from + "self_attn.q_norm", to + QUERY_NORM, all ? queries : heads.width()));
      tensors.add(norm(from + "self_attn.k_norm", to + KEY_NORM, all ? keys : heads.width()));
    }
    var attention = from + "self_attn.";
    if (kind == Kind.PHI3) {
      tensors.addAll(linear(attention + "qkv_proj", to + QUERIES, 0, queries + 2 * keys, c, false));
      tensors.addAll(linear(from + "mlp.gate_up_proj", to + UP, 0, 2L * network.width(), c, false));
    } else {
      boolean bias = heads.bias();
      tensors.addAll(linear(attention + "q_proj", to + QUERIES, 0, queries, c, bias));
      tensors.addAll(linear(attention + "k_proj", to + QUERIES, queries, keys, c, bias));
      tensors.addAll(linear(attention + "v_proj", to + QUERIES, queries + keys, keys, c, bias));
      long f = network.width();
      tensors.addAll(linear(from + "mlp.gate_proj", to + UP, 0, f, c, network.bias()));
      tensors.addAll(linear(from + "mlp.up_proj", to + UP, f, f, c, network.bias()));
    }
    tensors.addAll(
        linear(attention + "o_proj", to + PROJECTION, 0, c, queries, heads.outputBias()));
    tensors.addAll(
        linear(from + "mlp.down_proj", to + DOWN, 0, c, network.width(), network.bias()));
  }

  private void norms(List<StoredTensor> tensors, String from, String to, long c) {
    switch (kind.places()) {
      case BEFORE -> {
        tensors.add(norm(from + "input_layernorm", to + NORM_1, c));
        tensors.add(norm(from + "post_attention_layernorm", to + NORM_2, c));
      }
      case AFTER -> {
        tensors.add(norm(from + "post_attention_layernorm", to + AFTER_1, c));
        tensors.add(norm(from + "post_feedforward_layernorm", to + AFTER_2, c));
      }
      case AROUND -> {
        tensors.add(norm(from + "input_layernorm", to + NORM_1, c));
        tensors.add(norm(from + "post_attention_layernorm", to + AFTER_1, c));
        tensors.add(norm(from + "pre_feedforward_layernorm", to + NORM_2, c));
        tensors.add(norm(from + "post_feedforward_layernorm", to + AFTER_2, c));
      }
    }
  }

  private static StoredTensor norm(String from, String to, long width) {
    return StoredTensor.same(from + ".weight", to + ".weight", width);
  }

  /// @param at the first column of the parameter
  private static List<StoredTensor> linear(
      String from, String to, long at, long out, long in, boolean bias) {
    var weight = StoredTensor.columns(from + ".weight", to + ".weight", at, out, in);
    return bias
        ? List.of(weight, StoredTensor.entries(from + ".bias", to + ".bias", at, out))
        : List.of(weight);
  }

  @Override
  public boolean isBuffer(String name) {
    return name.endsWith("rotary_emb.inv_freq");
  }
}
