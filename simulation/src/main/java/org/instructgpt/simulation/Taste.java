package org.instructgpt.simulation;

/// What a labeler likes about an output whatever it is worth: the weight of each surface feature,
/// in units of utility (0 to 1).
///
/// @param length of an answer of 30 words or more; shorter ones count in proportion
/// @param repetition usually negative
record Taste(
    double length, double politeness, double hedging, double confidence, double repetition) {
  private static final double LONG = 30;

  double of(Judgement.Surface surface) {
    return length * Math.min(surface.words(), LONG) / LONG
        + politeness * surface.politeness()
        + hedging * surface.hedging()
        + confidence * surface.confidence()
        + repetition * surface.repetition();
  }
}
