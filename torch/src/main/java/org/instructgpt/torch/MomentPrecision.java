package org.instructgpt.torch;

import java.util.Locale;

/// The type in which an optimizer keeps its two moments between steps.
///
/// A step computes with them in the parameters' type in either case and rounds to the nearest
/// afterwards. In bfloat16, whose numbers lie up to 1/128 of themselves apart, an average stands
/// still once a step would move it by less than half of that: with betas of 0.9 and 0.95 within 4%
/// and 8% of where it belongs. [AdamW] refuses betas too near to 1.
public enum MomentPrecision {
  /// That of the parameters: 8 bytes a parameter.
  FULL("float32"),
  /// bfloat16: 4 bytes a parameter.
  HALF("bfloat16");

  private final String label;

  MomentPrecision(String label) {
    this.label = label;
  }

  /// The type named `float32` or `bfloat16`.
  ///
  /// @throws IllegalArgumentException for another name
  public static MomentPrecision named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32" -> FULL;
      case "bfloat16" -> HALF;
      default ->
          throw new IllegalArgumentException(
              "moments must be float32 or bfloat16, but is '%s'".formatted(name));
    };
  }

  @Override
  public String toString() {
    return label;
  }
}
