package org.instructgpt.ppo;

import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.model.HealthGates;

/// Metrics of the updates of an iteration: means over updates, or over their tokens.
final class UpdateMetrics {
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final Map<String, Double> extremes = new LinkedHashMap<>();

  /// Adds a value to the mean of `metric`.
  void add(String metric, double value) {
    sums.merge(metric, value, Double::sum);
    counts.merge(metric, 1, Integer::sum);
  }

  /// Adds the metrics of a policy update: how the log-probabilities of a minibatch's tokens differ
  /// from those at sampling.
  ///
  /// @param now the minibatch's log-probabilities
  /// @param at where its tokens are in the batch's
  void policy(
      int update,
      double[] now,
      IndexRange at,
      RolloutScores scores,
      Advantages advantages,
      Settings settings) {
    double clip = settings.objective().clip();
    for (int i = 0; i < now.length; i++) {
      double change = now[i] - scores.logProbs()[at.from() + i];
      double advantage = advantages.advantages()[at.from() + i];
      double ratio = Math.exp(change);
      boolean clipped = advantage > 0 ? ratio > 1 + clip : advantage < 0 && ratio < 1 - clip;
      add("approx_kl", 0.5 * change * change);
      add("clip_fraction", clipped ? 1 : 0);
      add("ratio_mean", ratio);
      extremes.merge("ratio_max", ratio, Math::max);
      if (settings.objective().klInLoss()) {
        double u = scores.reference()[at.from() + i] - now[i];
        add("loss_kl", Math.exp(u) - u - 1);
      }
      if (update == 0) {
        extremes.merge(HealthGates.RATIO_FIRST, ratio, UpdateMetrics::furtherFromOne);
      }
    }
  }

  private static double furtherFromOne(double a, double b) {
    return Math.abs(a - 1) > Math.abs(b - 1) ? a : b;
  }

  /// Adds the metrics of a value update: how far a minibatch's values have moved.
  ///
  /// @param now the minibatch's values
  /// @param at where its tokens are in the batch's
  void value(double[] now, IndexRange at, RolloutScores scores, Settings settings) {
    for (int i = 0; i < now.length; i++) {
      double change = Math.abs(now[i] - scores.values()[at.from() + i]);
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
