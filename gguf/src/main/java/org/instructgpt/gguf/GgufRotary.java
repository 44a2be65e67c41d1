package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.IntToDoubleFunction;
import org.instructgpt.model.Architecture.Rotary;

/// Rotary positions in llama.cpp's words: a base, a way of scaling, and, where the architecture has
/// them, divisors of single frequencies.
///
/// `config.json` has more words than llama.cpp, so what was read is not translated word by word:
/// each way that llama.cpp has is tried, its frequencies are computed as llama.cpp does, and the
/// first that gives the decoder's is taken.
///
/// @param base the frequencies are base^(-2i / width)
/// @param keys of the scaling, without the architecture's name before them
/// @param divisors of single frequencies; empty for none
record GgufRotary(double base, SequencedMap<String, GgufValue> keys, Optional<float[]> divisors) {
  private static final double CLOSE = 2e-6;
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String TYPE = "rope.scaling.type";
  private static final String FACTOR = "rope.scaling.factor";
  private static final String MAGNITUDE = "rope.scaling.attn_factor";

  /// The words for a decoder's positions.
  ///
  /// @param config of the model, for its base and for YaRN's settings
  /// @param divides whether the architecture has divisors
  /// @return empty if there are none
  static Optional<GgufRotary> of(Rotary wanted, JsonNode config, boolean divides) {
    int width = 2 * wanted.frequencies().size();
    var bases = bases(wanted, config, width);
    for (double base : bases) {
      var plain = Rotary.of(base, width).frequencies();
      double factor = plain.getFirst() / wanted.frequencies().getFirst();
      if (isClose(wanted.frequencies(), plain, _ -> 1 / factor)) {
        var keys = new LinkedHashMap<String, GgufValue>();
        if (Math.abs(factor - 1) > CLOSE) {
          keys.put(TYPE, GgufValue.of("linear"));
          keys.put(FACTOR, GgufValue.of(factor));
        }
        return Optional.of(with(base, keys, wanted.magnitude()));
      }
      var yarn = yarn(wanted, config, base, width);
      if (yarn.isPresent()) {
        return yarn;
      }
    }
    if (!divides) {
      return Optional.empty();
    }
    double base = bases.getFirst();
    var plain = Rotary.of(base, width).frequencies();
    var divisors = new float[plain.size()];
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] = (float) (plain.get(i) / wanted.frequencies().get(i));
    }
    var scaled = with(base, new LinkedHashMap<>(), wanted.magnitude());
    return Optional.of(new GgufRotary(base, scaled.keys, Optional.of(divisors)));
  }

  private static GgufRotary with(
      double base, SequencedMap<String, GgufValue> keys, double magnitude) {
    if (Math.abs(magnitude - 1) > CLOSE) {
      keys.put(MAGNITUDE, GgufValue.of(magnitude));
    }
    return new GgufRotary(base, keys, Optional.empty());
  }

  /// Bases that the file names, and the one of frequencies that are all scaled alike.
  private static List<Double> bases(Rotary wanted, JsonNode config, int width) {
    var bases = new ArrayList<Double>();
    for (var place :
        List.of("/rope_parameters/full_attention", "/rope_parameters", "/rope_scaling", "")) {
      for (var key : List.of("rope_theta", "rotary_emb_base")) {
        var value = config.at(place + "/" + key);
        if (value.isNumber() && value.asDouble() > 1) {
          bases.add(value.asDouble());
        }
      }
    }
    bases.add(1e4);
    if (width > 2) {
      double step = wanted.frequencies().getFirst() / wanted.frequencies().get(1);
      double base = (float) Math.pow(step, width / 2.0);
      if (Double.isFinite(base) && base > 1) {
        bases.add(base);
      }
    }
    return bases;
  }

  private static JsonNode scaling(JsonNode config) {
    for (var place :
        List.of("/rope_parameters/full_attention", "/rope_parameters", "/rope_scaling")) {
      var node = config.at(place);
      if (node.path("factor").isNumber()) {
        return node;
      }
    }
    return config.path("rope_scaling");
  }

  private static boolean isClose(
      List<Double> wanted, List<Double> plain, IntToDoubleFunction factor) {
    for (int i = 0; i < plain.size(); i++) {
      double scaled = plain.get(i) * factor.applyAsDouble(i);
      if (Math.abs(scaled - wanted.get(i)) > CLOSE * wanted.get(i)) {
        return false;
      }
    }
    return true;
  }

  /// YaRN (Peng et al. 2023, arXiv 2309.00071) with the settings of a file: slow frequencies are
  /// divided by the factor, fast ones kept, and between two pairs of entries it is shared.
  private static Optional<GgufRotary> yarn(Rotary wanted, JsonNode config, double base, int width) {
    var scaling = scaling(config);
    double factor = scaling.path("factor").asDouble(0);
    int context = config.path("max_position_embeddings").asInt(0);
    int original = scaling.path(ORIGINAL).asInt(config.path(ORIGINAL).asInt(context));
    if (!(factor > 1) || original < 1) {
      return Optional.empty();
    }
    double fast = scaling.path("beta_fast").asDouble(32);
    double slow = scaling.path("beta_slow").asDouble(1);
    double first = Math.max(0, Math.floor(pair(width, original, fast, base)));
    double last = Math.min(width - 1.0, Math.ceil(pair(width, original, slow, base)));
    var plain = Rotary.of(base, width).frequencies();
    boolean close =
        isClose(
            wanted.frequencies(),
            plain,
            i -> {
              double slowed = Math.clamp((i - first) / Math.max(0.001, last - first), 0, 1);
              return slowed / factor + 1 - slowed;
            });
    if (!close) {
      return Optional.empty();
    }
    var keys = new LinkedHashMap<String, GgufValue>();
    keys.put(TYPE, GgufValue.of("yarn"));
    keys.put(FACTOR, GgufValue.of(factor));
    keys.put("rope.scaling.original_context_length", GgufValue.of(original));
    keys.put("rope.scaling.yarn_beta_fast", GgufValue.of(fast));
    keys.put("rope.scaling.yarn_beta_slow", GgufValue.of(slow));
    return Optional.of(with(base, keys, wanted.magnitude() / (0.1 * Math.log(factor) + 1)));
  }

  /// The pair of entries that turns so often within the original context.
  private static double pair(int width, int original, double turns, double base) {
    return width * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }
}
