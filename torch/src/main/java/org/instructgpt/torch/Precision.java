package org.instructgpt.torch;

import java.util.Locale;

/// The arithmetic of matrix products. Parameters, their gradients, the optimizer, normalisations
/// and losses are float32 (float64 in tests) always.
public enum Precision {
  /// Everything in the parameters' own type.
  FULL("float32"),
  /// Matrix products take bfloat16 inputs and accumulate in float32.
  MIXED("bfloat16");

  private final String label;

  Precision(String label) {
    this.label = label;
  }

  /// The precision named `float32` or `bfloat16`; `auto` is what `device` does fast: bfloat16 on an
  /// accelerator, and on a processor that multiplies it in hardware.
  ///
  /// @throws IllegalArgumentException for another name
  public static Precision named(String name, Device device) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32" -> FULL;
      case "bfloat16" -> MIXED;
      case "auto" -> device == Device.CPU ? Engine.fastPrecision() : MIXED;
      default ->
          throw new IllegalArgumentException(
              "precision must be float32, bfloat16 or auto, but is '%s'".formatted(name));
    };
  }

  @Override
  public String toString() {
    return label;
  }
}
