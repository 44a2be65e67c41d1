package org.instructgpt.model;

import org.jspecify.annotations.Nullable;

/// How a run ended.
///
/// @param step finished steps
/// @param finished false if the stop flag ended it
/// @param best null without a criterion or before the first evaluation
public record RunOutcome(long step, boolean finished, @Nullable BestSoFar best) {

  /// The best evaluation so far.
  ///
  /// @param value of the chosen metric
  /// @param step after how many steps
  public record BestSoFar(double value, long step) {}
}
