package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;

/// Rotary positions of published checkpoints, in plain loops.
final class ReferenceRotary {
  private final JsonNode config;
  private final String type;
  private final int head;

  ReferenceRotary(JsonNode config, int head) {
    this.config = config;
    this.type = config.path("model_type").asText();
    this.head = head;
  }

  /// Turns all heads of a vector by a position.
  void turn(double[] x, int position, boolean inWindow) {
    double share =
        type.equals("gpt_neox")
            ? config.path("rotary_pct").asDouble(0.25)
            : config.path("partial_rotary_factor").asDouble(1);
    int turned = (int) (head * share);
    for (int from = 0; from < x.length; from += head) {
      for (int i = 0; i < turned / 2; i++) {
        double angle = position * frequency(i, turned, inWindow);
        double a = x[from + i];
        double b = x[from + turned / 2 + i];
        double magnitude = magnitude();
        x[from + i] = magnitude * (a * Math.cos(angle) - b * Math.sin(angle));
        x[from + turned / 2 + i] = magnitude * (b * Math.cos(angle) + a * Math.sin(angle));
      }
    }
  }

  private double base(boolean inWindow) {
    if (type.equals("gemma3_text") && inWindow) {
      return config.path("rope_local_base_freq").asDouble(10_000);
    }
    double usual = type.equals("gemma3_text") ? 1e6 : type.equals("smollm3") ? 2e6 : 1e4;
    return config.path(type.equals("gpt_neox") ? "rotary_emb_base" : "rope_theta").asDouble(usual);
  }

  private double frequency(int i, int turned, boolean inWindow) {
    double plain = 1 / Math.pow(base(inWindow), 2.0 * i / turned);
    var scaling = config.path("rope_scaling");
    if (scaling.isMissingNode() || type.equals("gemma3_text") && inWindow) {
      return plain;
    }
    double factor = scaling.path("factor").asDouble(1);
    double original = scaling.path("original_max_position_embeddings").asDouble();
    return switch (scaling.path("rope_type").asText()) {
      case "linear" -> plain / factor;
      case "llama3" -> {
        double wavelength = 2 * Math.PI / plain;
        double low = scaling.path("low_freq_factor").asDouble();
        double high = scaling.path("high_freq_factor").asDouble();
        if (wavelength < original / high) {
          yield plain;
        }
        if (wavelength > original / low) {
          yield plain / factor;
        }
        double smooth = (original / wavelength - low) / (high - low);
        yield (1 - smooth) * plain / factor + smooth * plain;
      }
      case "yarn" -> {
        double first = Math.floor(yarnDimension(32, original, turned, inWindow));
        double last = Math.ceil(yarnDimension(1, original, turned, inWindow));
        double ramp =
            Math.clamp(
                (i - Math.max(first, 0)) / (Math.min(last, turned - 1) - Math.max(first, 0)), 0, 1);
        yield plain / factor * ramp + plain * (1 - ramp);
      }
      case "longrope" -> plain / scaling.path("short_factor").get(i).asDouble();
      default -> plain;
    };
  }

  private double yarnDimension(double rotations, double original, int turned, boolean inWindow) {
    return turned * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(base(inWindow)));
  }

  private double magnitude() {
    var scaling = config.path("rope_scaling");
    return switch (scaling.path("rope_type").asText("")) {
      case "yarn" -> 0.1 * Math.log(scaling.path("factor").asDouble()) + 1;
      case "longrope" -> {
        double original = config.path("original_max_position_embeddings").asDouble();
        double stretched = config.path("max_position_embeddings").asDouble() / original;
        yield Math.sqrt(1 + Math.log(stretched) / Math.log(original));
      }
      default -> 1;
    };
  }
}
