package org.instructgpt.cost;

/// Operations of a whole training by what they are for, since not all reach the same part of the
/// best rate.
///
/// @param learning of passes with gradients
/// @param scoring of passes without
/// @param sampling of responses
record Labour(double learning, double scoring, double sampling) {
  /// What passes over whole sequences reach of the best rate of matrix products: measured 52 to 56%
  /// at 5 to 124 million parameters in bfloat16 (docs/benchmarks.md).
  static final double REACHED = 0.5;

  /// What sampling of 64 rows reaches of it.
  static final double REACHED_SAMPLING = 0.2;

  double operations() {
    return learning + scoring + sampling;
  }

  /// @param rate the best rate of matrix products, operations a second
  double seconds(double rate) {
    return ((learning + scoring) / REACHED + sampling / REACHED_SAMPLING) / rate;
  }
}
