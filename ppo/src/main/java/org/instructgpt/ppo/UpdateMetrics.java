package org.instructgpt.ppo;

import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.model.HealthGates;

/// What is measured during the updates of an iteration: means over updates, or over their tokens.
final class UpdateMetrics {
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final Map<String, Double> extremes = new LinkedHashMap<>();

  /// Takes one number into the mean of `metric`.
  void add(String metric, double value) {
    sums.merge(metric, value, Double::sum);
    counts.merge(metric, 1, Integer::sum);
  }

  /// Takes in how a minibatch's tokens fared, going by their log-probabilities before the update.
  ///
  /// @param now the minibatch's log-probabilities
  /// @param at where its tokens are in the batch's
  void policy(
      int update,
      double[] now,
      IndexRange at,
      RolloutScores experience,
      Advantages credit,
      Settings settings) {
    double clip = settings.objective().clip();
    for (int i = 0; i < now.length; i++) {
      double change = now[i] - experience.logProbs()[at.from() + i];
      double advantage = credit.advantages()[at.from() + i];
      double ratio = Math.exp(change);
      boolean clipped = advantage > 0 ? ratio > 1 + clip : advantage < 0 && ratio < 1 - clip;
      add("approx_kl", 0.5 * change * change);
      add("clip_fraction", clipped ? 1 : 0);
      add("ratio_mean", ratio);
      extremes.merge("ratio_max", ratio, Math::max);
      if (update == 0) {
        extremes.merge(HealthGates.RATIO_FIRST, ratio, UpdateMetrics::furtherFromOne);
      }
    }
  }

  private static double furtherFromOne(double a, double b) {
    return Math.abs(a - 1) > Math.abs(b - 1) ? a : b;
  }

  /// Takes in how far a minibatch's values have moved.
  ///
  /// @param now the minibatch's values
  /// @param at where its tokens are in the batch's
  void value(double[] now, IndexRange at, RolloutScores experience, Settings settings) {
    for (int i = 0; i < now.length; i++) {
      double change = Math.abs(now[i] - experience.values()[at.from() + i]);
      add("value_clip_fraction", change > settings.objective().valueClip() ? 1 : 0);
    }
  }

  /// The means and extremes by metric.
  Map<String, Double> result() {
    var result = new LinkedHashMap<String, Double>();
    sums.forEach((metric, sum) -> result.put(metric, sum / counts.getOrDefault(metric, 1)));
    result.putAll(extremes);
    return result;
  }
}
