package org.instructgpt.model;

import org.jspecify.annotations.Nullable;

/// How long a run is, and how often it is evaluated and saved.
///
/// @param steps trainer steps in the whole run, at least 1
/// @param evaluateEvery steps between evaluations; 0 for one at the end only. The end is always
///   evaluated.
/// @param saveEvery steps between checkpoints to resume from; 0 for the end (or a stop) only
/// @param keep how many of those checkpoints to keep, at least 1; 2 or more survive a damaged disk
///   block
/// @param best which evaluation makes a model worth exporting; null exports the last one
public record RunSettings(
    long steps, long evaluateEvery, long saveEvery, int keep, @Nullable Best best) {
  /// Checks the numbers.
  ///
  /// @throws IllegalArgumentException naming the number that is wrong
  public RunSettings {
    SettingsCheck.require(steps >= 1, "run setting steps", "at least 1", steps);
    SettingsCheck.require(
        evaluateEvery >= 0,
        "run setting evaluateEvery",
        "0 (only at the end) or more",
        evaluateEvery);
    SettingsCheck.require(
        saveEvery >= 0, "run setting saveEvery", "0 (only at the end) or more", saveEvery);
    SettingsCheck.require(keep >= 1, "run setting keep", "at least 1", keep);
  }

  /// A held-out metric and whether more of it is better.
  ///
  /// @param metric a name from [Trainer#evaluate(long)]
  public record Best(String metric, boolean higherIsBetter) {
    /// The model with the lowest value, for losses.
    public static Best lowest(String metric) {
      return new Best(metric, false);
    }

    /// The model with the highest value, for rewards and accuracies.
    public static Best highest(String metric) {
      return new Best(metric, true);
    }

    /// Whether `value` beats the best `soFar` (null: nothing yet). Equal is no improvement, and
    /// not-a-number never is one.
    boolean improves(double value, @Nullable Double soFar) {
      if (Double.isNaN(value)) {
        return false;
      }
      return soFar == null || (higherIsBetter ? value > soFar : value < soFar);
    }
  }
}
