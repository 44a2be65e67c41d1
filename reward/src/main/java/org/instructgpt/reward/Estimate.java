package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A share that was counted, with its 95% confidence interval, clustered by prompt.
///
/// Pairs are not independent: the pairs of a prompt share its completions and its difficulty, so 36
/// pairs of one ranking tell less than 36 pairs of 36 prompts. The interval treats prompts as the
/// sample. With c_g of the n_g pairs of prompt g right, the share is p = sum c / sum n, and its
/// variance, robust to any dependence within a prompt, is
///
///     V = sum over g of (c_g - p n_g)^2 / (sum n)^2 / (1 - h_g),    h_g = n_g / sum n
///
/// (the linearised ratio estimator; 1 - h_g makes up for the fit of p to prompt g). As prompts weigh
/// differently, they are worth 1 / sum h^2 equal ones, and Student's distribution has one degree of
/// freedom less. p (1 - p) / V is the number of independent pairs that would tell as much. Wilson's
/// interval for that number of trials stays within 0 and 1 and is honest near the ends, where p +/- 2
/// sqrt(V) is not. Where everything is right or wrong, V is 0 and the trials are the prompts; a
/// single prompt cannot tell, so its interval is all of 0 to 1.
///
/// Cost: one pass. Sources: Wilson 1927; Korn and Graubard 1998 for the number of trials; Bell and
/// McCaffrey 2002 for 1 - h.
///
/// @param value the share, 0 to 1
/// @param low the lower end of the interval
/// @param high the upper end
public record Estimate(double value, double low, double high) {
  /// What one prompt adds.
  ///
  /// @param right how many of its pairs are right
  /// @param of how many it has
  record Cluster(double right, double of) {
    Cluster plus(Cluster other) {
      return new Cluster(right + other.right, of + other.of);
    }
  }

  /// The share over all pairs; rankings of one prompt are one cluster.
  ///
  /// @param margins of a ranking's pairs, positive where the pair is right
  static Estimate ofPairs(List<Scored> scored, Function<Scored, double[]> margins) {
    return of(clusters(scored, margins));
  }

  /// The mean over prompts of each prompt's share.
  static Estimate ofPrompts(List<Scored> scored, Function<Scored, double[]> margins) {
    return of(
        clusters(scored, margins).stream()
            .map(cluster -> new Cluster(cluster.right / cluster.of, 1))
            .toList());
  }

  private static Collection<Cluster> clusters(
      List<Scored> scored, Function<Scored, double[]> margins) {
    var clusters = new LinkedHashMap<String, Cluster>();
    for (var each : scored) {
      double[] values = margins.apply(each);
      clusters.merge(
          each.ranked().promptId(),
          new Cluster(Scored.right(values), values.length),
          Cluster::plus);
    }
    return clusters.values();
  }

  /// The share over all clusters, of which there is at least one.
  static Estimate of(Collection<Cluster> clusters) {
    var all = clusters.stream().reduce(new Cluster(0, 0), Cluster::plus);
    double p = all.right / all.of;
    if (clusters.size() == 1) {
      return new Estimate(p, 0, 1);
    }
    double variance = 0;
    for (var cluster : clusters) {
      variance += variance(cluster.right - p * cluster.of, cluster.of, all.of);
    }
    double worth = worth(clusters, all.of);
    double trials = variance > 0 ? p * (1 - p) / variance : worth;
    double z = student(worth - 1);
    double z2 = z * z / trials;
    double centre = (p + z2 / 2) / (1 + z2);
    double half = z / (1 + z2) * Math.sqrt(p * (1 - p) / trials + z2 / (4 * trials));
    return new Estimate(p, Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /// By how much one share is above another over the same pairs, with the interval p +/- t sqrt(V):
  /// what both find hard cancels, so it is narrower than the two intervals suggest.
  static Estimate lead(
      List<Scored> scored,
      Function<Scored, double[]> margins,
      Function<Scored, double[]> otherMargins) {
    var ours = new ArrayList<>(clusters(scored, margins));
    var theirs = new ArrayList<>(clusters(scored, otherMargins));
    double all = ours.stream().mapToDouble(Cluster::of).sum();
    double lead = 0;
    for (int g = 0; g < ours.size(); g++) {
      lead += (ours.get(g).right - theirs.get(g).right) / all;
    }
    if (ours.size() == 1) {
      return new Estimate(lead, -1, 1);
    }
    double variance = 0;
    for (int g = 0; g < ours.size(); g++) {
      double of = ours.get(g).of;
      variance += variance(ours.get(g).right - theirs.get(g).right - lead * of, of, all);
    }
    double half = student(worth(ours, all) - 1) * Math.sqrt(variance);
    return new Estimate(lead, lead - half, lead + half);
  }

  /// What one cluster adds to V.
  private static double variance(double residual, double of, double all) {
    return residual / all * (residual / all) / (1 - of / all);
  }

  /// How many clusters of equal size tell as much.
  private static double worth(Collection<Cluster> clusters, double all) {
    double squares = 0;
    for (var cluster : clusters) {
      squares += cluster.of / all * (cluster.of / all);
    }
    return 1 / squares;
  }

  /// The 97.5% point of Student's distribution, by its expansion around the normal one's
  /// (Abramowitz and Stegun 26.7.5): right to 1% from 3 degrees of freedom.
  static double student(double freedom) {
    double z = 1.959963984540054;
    double z3 = z * z * z;
    double z5 = z3 * z * z;
    double z7 = z5 * z * z;
    return z
        + (z3 + z) / (4 * freedom)
        + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", value, low, high);
  }
}
