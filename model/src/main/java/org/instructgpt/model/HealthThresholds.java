package org.instructgpt.model;

/// The thresholds of PPO's health gates ([HealthGates#ppo(HealthThresholds)]).
///
/// @param window how many iterations in a row must be bad, 1 to [MetricsHistory#WINDOW]
/// @param negativeKl nats a response, below 0: a mean KL to the reference below this is no noise
/// @param highestKl nats a response: a mean KL above this has left the reference for good.
///   Published runs at 50 to 85 were over-optimised but not broken (docs/specification.md 7.10).
/// @param lowestEntropy nats a token: a mean below this, and below a fifth of the run's beginning,
///   is one output for everything
/// @param lengthGrowth mean response length over that of the run's beginning
/// @param lengthSlack tokens the mean length may grow whatever the factor, for short responses
record HealthThresholds(
    int window,
    double negativeKl,
    double highestKl,
    double lowestEntropy,
    double lengthGrowth,
    double lengthSlack) {
  /// Far from anything seen in runs that worked.
  public static final HealthThresholds DEFAULT = new HealthThresholds(10, -0.1, 200, 0.02, 4, 32);

  /// Checks the numbers.
  ///
  /// @throws IllegalArgumentException naming the number that is wrong
  public HealthThresholds {
    SettingsCheck.require(
        window >= 1 && window <= MetricsHistory.WINDOW,
        "health threshold window",
        "1 to " + MetricsHistory.WINDOW,
        window);
    SettingsCheck.require(negativeKl < 0, "health threshold negativeKl", "below 0", negativeKl);
    SettingsCheck.require(highestKl > 0, "health threshold highestKl", "above 0", highestKl);
    SettingsCheck.require(
        lowestEntropy >= 0, "health threshold lowestEntropy", "0 or more", lowestEntropy);
    SettingsCheck.require(
        lengthGrowth > 1, "health threshold lengthGrowth", "above 1", lengthGrowth);
    SettingsCheck.require(
        lengthSlack >= 0, "health threshold lengthSlack", "0 or more", lengthSlack);
  }
}
