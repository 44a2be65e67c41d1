package org.instructgpt.reward;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Estimate.Cluster;

/// The accuracy with which rewards, or a rule, predict which completion a labeler preferred.
/// Rankings of one prompt are one cluster of the [Estimate].
final class PairAccuracy {
  private PairAccuracy() {}

  /// The share of all pairs that is right.
  ///
  /// @param margins of a ranking's pairs, positive where the pair is right
  static Estimate overPairs(List<ScoredRanking> scored, Function<ScoredRanking, double[]> margins) {
    return Estimate.of(clusters(scored, margins).values());
  }

  /// The mean over prompts of each prompt's share.
  static Estimate overPrompts(
      List<ScoredRanking> scored, Function<ScoredRanking, double[]> margins) {
    return Estimate.of(
        clusters(scored, margins).values().stream()
            .map(cluster -> new Cluster(cluster.sum() / cluster.of(), 1))
            .toList());
  }

  /// By how much the share of one is above that of another over the same pairs.
  static Estimate lead(
      List<ScoredRanking> scored,
      Function<ScoredRanking, double[]> margins,
      Function<ScoredRanking, double[]> otherMargins) {
    return Estimate.lead(0, 1, clusters(scored, margins), clusters(scored, otherMargins));
  }

  private static Map<String, Cluster> clusters(
      List<ScoredRanking> scored, Function<ScoredRanking, double[]> margins) {
    var clusters = new LinkedHashMap<String, Cluster>();
    for (var each : scored) {
      double[] values = margins.apply(each);
      clusters.merge(
          each.ranked().promptId(),
          new Cluster(ScoredRanking.right(values), values.length),
          Cluster::plus);
    }
    return clusters;
  }
}
