package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.instructgpt.model.Architecture.Rotary;

/// Reads rotary positions from a `config.json`: their base, and how long-context variants scale
/// their frequencies.
///
/// Sources: linear interpolation (Chen et al. 2023, arXiv 2306.15595), YaRN (Peng et al. 2023,
/// arXiv 2309.00071), LongRoPE (Ding et al. 2024, arXiv 2402.13753), and Llama 3.1's own rule.
///
/// @param config the file
/// @param width entries of a head that are turned
record RotaryReader(ConfigJson config, int width) {
  private static final String ORIGINAL = "original_max_position_embeddings";

  /// The positions that a node describes.
  ///
  /// @param scaling `rope_scaling`, or newer files' `rope_parameters`; missing for none
  /// @param base where the node does not give another
  Rotary read(JsonNode scaling, double base) {
    double theta = scaling.path("rope_theta").asDouble(base);
    var plain = Rotary.of(theta, width);
    var type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
    return switch (type) {
      // Dynamic scaling begins beyond the context, where a model is not used here.
      case "default", "dynamic" -> plain;
      case "linear" -> scaled(plain, _ -> 1 / number(scaling, "factor"), 1);
      case "llama3" -> llama3(plain, scaling);
      case "yarn" -> yarn(plain, scaling, theta);
      case "longrope", "su" -> longRope(plain, scaling);
      default ->
          throw new IllegalArgumentException(
              "%s: expected the kind of rotary scaling to be default, linear, dynamic, llama3, yarn or longrope, found %s: models with another are not read"
                  .formatted(config.file(), type));
    };
  }

  private static Rotary scaled(Rotary plain, IntToDoubleFunction factor, double magnitude) {
    var frequencies = new ArrayList<Double>();
    for (int i = 0; i < plain.frequencies().size(); i++) {
      frequencies.add(plain.frequencies().get(i) * factor.applyAsDouble(i));
    }
    return new Rotary(frequencies, magnitude);
  }

  /// Slow turns are slowed down by the factor, fast ones are left, and between them it is shared.
  private Rotary llama3(Rotary plain, JsonNode scaling) {
    double factor = number(scaling, "factor");
    double low = number(scaling, "low_freq_factor");
    double high = number(scaling, "high_freq_factor");
    double original = number(scaling, ORIGINAL);
    return scaled(
        plain,
        i -> {
          double turns = original * plain.frequencies().get(i) / (2 * Math.PI);
          if (turns < low) {
            return 1 / factor;
          }
          if (turns > high) {
            return 1;
          }
          double kept = (turns - low) / (high - low);
          return (1 - kept) / factor + kept;
        },
        1);
  }

  private Rotary yarn(Rotary plain, JsonNode scaling, double theta) {
    double factor = number(scaling, "factor");
    double original = scaling.path(ORIGINAL).asDouble(config.number(ORIGINAL, context()));
    double low = dimension(scaling.path("beta_fast").asDouble(32), original, theta);
    double high = dimension(scaling.path("beta_slow").asDouble(1), original, theta);
    boolean whole = scaling.path("truncate").asBoolean(true);
    double first = Math.max(whole ? Math.floor(low) : low, 0);
    double last = Math.min(whole ? Math.ceil(high) : high, width - 1.0);
    double range = first == last ? 0.001 : last - first;
    return scaled(
        plain,
        i -> {
          double slowed = Math.clamp((i - first) / range, 0, 1);
          return slowed / factor + 1 - slowed;
        },
        scaling.path("attention_factor").isNumber()
            ? scaling.path("attention_factor").asDouble()
            : magnitude(scaling, factor));
  }

  /// The pair of entries that turns so often within the original context.
  private double dimension(double turns, double original, double theta) {
    return width * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  private static double magnitude(JsonNode scaling, double factor) {
    double all = scaling.path("mscale_all_dim").asDouble(0);
    double one = scaling.path("mscale").asDouble(0);
    return one != 0 && all != 0
        ? magnitude(factor, one) / magnitude(factor, all)
        : magnitude(factor, 1);
  }

  private static double magnitude(double factor, double of) {
    return factor <= 1 ? 1 : 0.1 * of * Math.log(factor) + 1;
  }

  /// The frequencies within the original context, which is as far as such a model is used here.
  private Rotary longRope(Rotary plain, JsonNode scaling) {
    var divisors = scaling.path("short_factor");
    if (divisors.size() != plain.frequencies().size()) {
      throw new IllegalArgumentException(
          "%s: expected %d numbers in short_factor, found %d"
              .formatted(config.file(), plain.frequencies().size(), divisors.size()));
    }
    double original = config.number(ORIGINAL, scaling.path(ORIGINAL).asDouble(0));
    double factor = original > 0 ? context() / original : scaling.path("factor").asDouble(1);
    double window = original > 0 ? original : context();
    double magnitude =
        scaling.path("attention_factor").isNumber()
            ? scaling.path("attention_factor").asDouble()
            : factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(window));
    return scaled(plain, i -> 1 / divisors.get(i).asDouble(), magnitude);
  }

  private int context() {
    return config.whole("max_position_embeddings");
  }

  private double number(JsonNode scaling, String key) {
    var value = scaling.path(key);
    if (!value.isNumber() || !(value.asDouble() > 0)) {
      throw new IllegalArgumentException(
          "%s: expected a number above 0 for %s of the rotary scaling, found %s"
              .formatted(config.file(), key, value));
    }
    return value.asDouble();
  }

  /// The greatest number of tokens for which the frequencies of [#read] are meant.
  ///
  /// @param context of the file
  static int context(JsonNode scaling, int original, int context) {
    var type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
    boolean isLong = List.of("longrope", "su").contains(type);
    int from = scaling.path(ORIGINAL).asInt(original);
    return isLong && from > 0 ? Math.min(from, context) : context;
  }
}
