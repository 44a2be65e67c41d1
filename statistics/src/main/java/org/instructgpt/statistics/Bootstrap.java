package org.instructgpt.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGeneratorFactory;
import org.apache.commons.statistics.distribution.NormalDistribution;

/// The bootstrap: 95% intervals for any statistic, however it is computed.
///
/// **The idea.** Had other prompts been drawn, the statistic would have come out differently; how
/// differently is seen by drawing as many prompts again from those at hand, with replacement, and
/// computing it anew (Efron 1979). What belongs together is drawn together: a cluster is all that
/// is known of one prompt, with every ranking and every model's output, so differences between
/// models are paired of themselves.
///
/// **The interval** lies between two percentiles of the resamples. The plain 2.5% and 97.5% are too
/// narrow for few clusters: resamples spread by a factor sqrt((n - 1) / n) too little, and know
/// nothing of Student's tails. So the share beyond each end is the normal distribution's tail
/// beyond t sqrt(n / (n - 1)) (Hesterberg 2015, the expanded percentile interval).
///
/// **The cost** is one evaluation a resample: keep in a cluster what is quick to add up.
///
/// @param resamples how many; 1,000 place the ends within about a tenth of a standard error
/// @param seed of the draws: the same seed gives the same interval
public record Bootstrap(int resamples, long seed) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  public Bootstrap {
    if (resamples < 100) {
      throw new IllegalArgumentException(
          "expected at least 100 resamples, found %d: the 2.5%% tails need some"
              .formatted(resamples));
    }
  }

  /// A thousand resamples.
  public static Bootstrap seeded(long seed) {
    return new Bootstrap(1000, seed);
  }

  /// A statistic of the clusters with its interval.
  ///
  /// @param <C> what is known of a prompt
  /// @throws IllegalArgumentException if there are no clusters
  public <C> Estimate estimate(List<C> clusters, ToDoubleFunction<List<C>> statistic) {
    return estimates(clusters, some -> new double[] {statistic.applyAsDouble(some)}).getFirst();
  }

  /// Several statistics of the clusters, from the same resamples. A resample on which a statistic
  /// is not a number does not count for it. The intervals of a single cluster are infinite.
  ///
  /// @param <C> what is known of a prompt
  /// @param statistics always the same number of them
  /// @throws IllegalArgumentException if there are no clusters
  public <C> List<Estimate> estimates(List<C> clusters, Function<List<C>, double[]> statistics) {
    int n = clusters.size();
    if (n == 0) {
      throw new IllegalArgumentException("expected clusters to draw from, found none");
    }
    double[] values = statistics.apply(clusters);
    if (n == 1) {
      return Arrays.stream(values)
          .mapToObj(v -> new Estimate(v, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY))
          .toList();
    }
    var resampled = new double[values.length][resamples];
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int r = 0; r < resamples; r++) {
      var drawn = new ArrayList<C>(n);
      for (int i = 0; i < n; i++) {
        drawn.add(clusters.get(random.nextInt(n)));
      }
      double[] redone = statistics.apply(drawn);
      for (int s = 0; s < values.length; s++) {
        resampled[s][r] = redone[s];
      }
    }
    double tail = tail(Estimate.student(n - 1) * Math.sqrt(n / (n - 1.0)));
    var estimates = new ArrayList<Estimate>();
    for (int s = 0; s < values.length; s++) {
      double[] sorted =
          Arrays.stream(resampled[s]).filter(v -> !Double.isNaN(v)).sorted().toArray();
      estimates.add(new Estimate(values[s], quantile(sorted, tail), quantile(sorted, 1 - tail)));
    }
    return List.copyOf(estimates);
  }

  /// The same for statistics that have a least and a greatest value: the intervals stay within
  /// them, and where no resample differs from another, for all clusters say the same, an interval
  /// leaves the room that an [Estimate] of a unanimous share leaves.
  ///
  /// @param <C> what is known of a prompt
  /// @throws IllegalArgumentException if there are no clusters
  public <C> List<Estimate> estimates(
      double least, double most, List<C> clusters, Function<List<C>, double[]> statistics) {
    return estimates(clusters, statistics).stream()
        .map(found ->
            found.isPoint()
                ? Estimate.leavingRoom(found.value(), least, most, clusters.size())
                : found.clamp(least, most))
        .toList();
  }

  /// The value below which a share of the sorted ones lies, between two by their distance.
  static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    // Not only a shortcut: the difference of two equal infinities is not a number.
    if (sorted[below] == sorted[above]) {
      return sorted[below];
    }
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /// The share of the normal distribution above `z`.
  static double tail(double z) {
    return NORMAL.survivalProbability(z);
  }
}
