package org.instructgpt.ppo;

import org.instructgpt.ppo.Settings.Rewards;

/// Steers the KL coefficient towards a target (Ziegler et al. 2019, section 2.2). InstructGPT keeps
/// it fixed.
final class KlControl {
  private static final double GREATEST_ERROR = 0.2;

  private KlControl() {}

  /// The coefficient of the next iteration.
  ///
  /// @param coefficient of this one
  /// @param kl nats a response, over the episodes of this one
  static double next(double coefficient, double kl, int episodes, Rewards settings) {
    var target = settings.klTarget();
    if (target == null) {
      return coefficient;
    }
    double error = Math.clamp(kl / target - 1, -GREATEST_ERROR, GREATEST_ERROR);
    return coefficient * (1 + error * episodes / settings.klHorizon());
  }
}
