package org.instructgpt.statistics;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A number measured on what people said, with its 95% confidence interval, clustered by prompt.
///
/// **Why clusters.** Pairs are not independent: the pairs of a prompt share its completions and its
/// difficulty, so 36 pairs of one ranking tell less than 36 pairs of 36 prompts. The intervals treat
/// prompts as the sample. With the sum s_g over the n_g things counted of prompt g, the estimate is
/// p = sum s / sum n, and its variance, robust to any dependence within a prompt, is
///
///     V = sum over g of (s_g - p n_g)^2 / (sum n)^2 / (1 - h_g),    h_g = n_g / sum n
///
/// (the linearised ratio estimator; 1 - h_g makes up for the fit of p to prompt g). As prompts weigh
/// differently, they are worth 1 / sum h^2 equal ones, and Student's distribution has one degree of
/// freedom less. The interval of a [#mean] is p +/- t sqrt(V).
///
/// **Shares.** p (1 - p) / V is the number of independent pairs that would tell as much as all of
/// them. Wilson's interval for that number of trials stays within 0 and 1 and is honest near the
/// ends, where p +/- t sqrt(V) is not. Where everything is right or wrong, V is 0 and the trials are
/// the prompts; a single prompt cannot tell, so its interval is all of 0 to 1.
///
/// Cost: one pass. Sources: Wilson 1927; Korn and Graubard 1998 for the number of trials; Bell and
/// McCaffrey 2002 for 1 - h.
///
/// @param value the estimate
/// @param low the lower end of the interval
/// @param high the upper end
public record Estimate(double value, double low, double high) {
  /// What one prompt adds.
  ///
  /// @param sum of what was counted: how many of its pairs are right, or its scores added up
  /// @param of how many it has
  public record Cluster(double sum, double of) {
    /// Both together.
    public Cluster plus(Cluster other) {
      return new Cluster(sum + other.sum, of + other.of);
    }
  }

  /// The share over all clusters.
  ///
  /// @param clusters the sum of each is from 0 to its number
  /// @throws IllegalArgumentException if nothing was counted
  public static Estimate of(Collection<Cluster> clusters) {
    var counted = counted(clusters);
    var all = total(counted);
    double p = all.sum / all.of;
    if (counted.size() == 1) {
      return new Estimate(p, 0, 1);
    }
    double variance = variance(counted, p, all.of);
    double worth = worth(counted.stream().mapToDouble(cluster -> cluster.of / all.of).toArray());
    double trials = variance > 0 ? p * (1 - p) / variance : worth;
    double z = student(worth - 1);
    double z2 = z * z / trials;
    double centre = (p + z2 / 2) / (1 + z2);
    double half = z / (1 + z2) * Math.sqrt(p * (1 - p) / trials + z2 / (4 * trials));
    return new Estimate(p, Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /// The mean of scores that have a least and a greatest value, as a share of the way between: its
  /// interval stays within them, and is not empty where everybody gave the same.
  ///
  /// @throws IllegalArgumentException if nothing was counted
  public static Estimate within(double least, double most, Collection<Cluster> clusters) {
    double range = most - least;
    var share =
        of(clusters.stream().map(c -> new Cluster((c.sum - least * c.of) / range, c.of)).toList());
    return new Estimate(
        least + range * share.value, least + range * share.low, least + range * share.high);
  }

  /// The mean of numbers of any size. A single prompt cannot tell: its interval is infinite.
  ///
  /// @throws IllegalArgumentException if nothing was counted
  public static Estimate mean(Collection<Cluster> clusters) {
    var counted = counted(clusters);
    var all = total(counted);
    double mean = all.sum / all.of;
    double worth = worth(counted.stream().mapToDouble(cluster -> cluster.of / all.of).toArray());
    return around(mean, variance(counted, mean, all.of), worth);
  }

  /// By how much one mean is above another, where both were measured on the same prompts: what both
  /// find hard cancels, so the interval is narrower than the two intervals suggest. A prompt that
  /// only one of them has counts for that one. A single prompt cannot tell: its interval is
  /// infinite.
  ///
  /// @param <K> what names a prompt
  /// @param ours the clusters of the one, by prompt
  /// @param theirs those of the other
  /// @throws IllegalArgumentException if one of the two has nothing that was counted
  public static <K> Estimate lead(Map<K, Cluster> ours, Map<K, Cluster> theirs) {
    var us = total(counted(ours.values()));
    var them = total(counted(theirs.values()));
    var prompts = new LinkedHashMap<K, Cluster>(ours);
    theirs.forEach((prompt, cluster) -> prompts.merge(prompt, cluster, Cluster::plus));
    prompts.values().removeIf(cluster -> cluster.of == 0);
    var none = new Cluster(0, 0);
    var weights = new double[prompts.size()];
    double variance = 0;
    int g = 0;
    for (K prompt : prompts.keySet()) {
      var our = ours.getOrDefault(prompt, none);
      var their = theirs.getOrDefault(prompt, none);
      double residual = residual(our, us) - residual(their, them);
      weights[g] = (our.of / us.of + their.of / them.of) / 2;
      variance += residual * residual / (1 - weights[g]);
      g++;
    }
    return around(us.sum / us.of - them.sum / them.of, variance, worth(weights));
  }

  /// The same with its interval cut at the ends of what is possible.
  public Estimate clamp(double least, double most) {
    return new Estimate(value, Math.max(least, low), Math.min(most, high));
  }

  private static Estimate around(double value, double variance, double worth) {
    // the weight of a single cluster is 1, but for a rounding error or two
    if (worth < 1 + 1e-9) {
      return new Estimate(value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    double half = student(worth - 1) * Math.sqrt(variance);
    return new Estimate(value, value - half, value + half);
  }

  private static List<Cluster> counted(Collection<Cluster> clusters) {
    var counted = clusters.stream().filter(cluster -> cluster.of > 0).toList();
    if (counted.isEmpty()) {
      throw new IllegalArgumentException(
          "expected something to count in at least one of %d prompts, found nothing"
              .formatted(clusters.size()));
    }
    return counted;
  }

  private static Cluster total(Collection<Cluster> clusters) {
    return clusters.stream().reduce(new Cluster(0, 0), Cluster::plus);
  }

  private static double variance(Collection<Cluster> clusters, double mean, double all) {
    double variance = 0;
    for (var cluster : clusters) {
      double residual = (cluster.sum - mean * cluster.of) / all;
      variance += residual * residual / (1 - cluster.of / all);
    }
    return variance;
  }

  /// By how much the cluster moves the mean of all.
  private static double residual(Cluster cluster, Cluster all) {
    return (cluster.sum - all.sum / all.of * cluster.of) / all.of;
  }

  /// How many clusters of equal weight tell as much as some whose weights add up to 1.
  private static double worth(double[] weights) {
    double squares = 0;
    for (double weight : weights) {
      squares += weight * weight;
    }
    return 1 / squares;
  }

  /// The 97.5% point of Student's distribution, by its expansion around the normal one's
  /// (Abramowitz and Stegun 26.7.5): right to 1% from 3 degrees of freedom.
  public static double student(double freedom) {
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
