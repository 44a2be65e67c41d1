package org.instructgpt.model;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The names and shapes of a decoder's parameters: those of Hugging Face's `GPT2Model`, whose
/// matrices are (in, out), and in the same words what GPT-2 does not have.
public final class ParameterShapes {
  public static final String TOKENS = "wte.weight";
  public static final String POSITIONS = "wpe.weight";
  public static final String UNEMBEDDING = "lm_head.weight";
  public static final String QUERIES = "attn.c_attn";
  public static final String PROJECTION = "attn.c_proj";
  public static final String QUERY_NORM = "attn.q_norm";
  public static final String KEY_NORM = "attn.k_norm";
  public static final String UP = "mlp.c_fc";
  public static final String DOWN = "mlp.c_proj";
  public static final String NORM_1 = "ln_1";
  public static final String NORM_2 = "ln_2";
  public static final String AFTER_1 = "ln_1_after";
  public static final String AFTER_2 = "ln_2_after";
  public static final String LAST_NORM = "ln_f";

  private final SequencedMap<String, long[]> shapes = new LinkedHashMap<>();
  private final GptConfig config;
  private final Architecture architecture;

  private ParameterShapes(GptConfig config) {
    this.config = config;
    this.architecture = config.effective();
  }

  /// By name, in the order in which they are declared.
  public static SequencedMap<String, long[]> of(GptConfig config) {
    var shapes = new ParameterShapes(config);
    shapes.all();
    return shapes.shapes;
  }

  /// The number of parameters.
  public static long count(GptConfig config) {
    return of(config).values().stream()
        .mapToLong(shape -> Arrays.stream(shape).reduce(1, Math::multiplyExact))
        .sum();
  }

  /// The beginning of the names of a block's parameters.
  public static String block(int layer) {
    return "h." + layer + ".";
  }

  private void all() {
    long c = config.width();
    put(TOKENS, config.vocabulary(), c);
    if (architecture.learnedPositions()) {
      put(POSITIONS, config.context(), c);
    }
    for (int i = 0; i < config.layers(); i++) {
      block(block(i), c);
    }
    norm(LAST_NORM, c);
    if (!architecture.tied()) {
      put(UNEMBEDDING, config.vocabulary(), c);
    }
  }

  private void block(String h, long c) {
    var heads = architecture.heads();
    var network = architecture.network();
    long queries = (long) config.heads() * heads.width();
    long keys = (long) heads.keys() * heads.width();
    if (architecture.places().before()) {
      norm(h + NORM_1, c);
    }
    linear(h + QUERIES, c, queries + 2 * keys, heads.bias());
    if (heads.norm() != Architecture.QueryNorm.NONE) {
      boolean all = heads.norm() == Architecture.QueryNorm.ALL;
      put(h + QUERY_NORM + ".weight", all ? queries : heads.width());
      put(h + KEY_NORM + ".weight", all ? keys : heads.width());
    }
    linear(h + PROJECTION, queries, c, heads.outputBias());
    if (architecture.places().after()) {
      norm(h + AFTER_1, c);
    }
    if (architecture.places().before()) {
      norm(h + NORM_2, c);
    }
    linear(h + UP, c, network.gated() ? 2L * network.width() : network.width(), network.bias());
    linear(h + DOWN, network.width(), c, network.bias());
    if (architecture.places().after()) {
      norm(h + AFTER_2, c);
    }
  }

  private void linear(String name, long in, long out, boolean bias) {
    put(name + ".weight", in, out);
    if (bias) {
      put(name + ".bias", out);
    }
  }

  private void norm(String name, long width) {
    put(name + ".weight", width);
    if (architecture.norm() == Architecture.Norm.LAYER) {
      put(name + ".bias", width);
    }
  }

  private void put(String name, long... shape) {
    shapes.put(name, shape);
  }
}
