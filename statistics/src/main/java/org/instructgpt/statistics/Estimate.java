package org.instructgpt.statistics;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.statistics.distribution.TDistribution;
import org.instructgpt.files.Count;

/// An estimate from labelers' judgments with its 95% confidence interval, clustered by prompt.
///
/// **Why clusters.** Pairs are not independent: the pairs of a prompt share its completions and its
/// difficulty, so 36 pairs of one ranking tell less than one pair each of 36 prompts. The intervals
/// treat prompts as the sample. With the sum s_g over the n_g things counted of prompt g, the
/// estimate is p = sum s / sum n, and its variance, robust to any dependence within a prompt, is
///
///     V = sum over g of (s_g - p n_g)^2 / (sum n)^2 / (1 - h_g),    h_g = n_g / sum n
///
/// (the linearised ratio estimator; 1 - h_g makes up for the fit of p to prompt g). As prompts weigh
/// differently, they are worth 1 / sum h^2 equal ones, and Student's distribution has one degree of
/// freedom less. The interval of a [#mean] is p +/- t sqrt(V).
///
/// **Shares.** p (1 - p) / V is the number of independent pairs that would tell as much as all of
/// them. Wilson's interval for that number of trials stays within 0 and 1 and is honest near the
/// ends, where p +/- t sqrt(V) is not. A single prompt cannot tell, so its interval is all of 0 to 1.
///
/// **Unanimity.** Where all prompts say the same, V is 0, or what rounding left of it, and would make
/// ten prompts look as certain as a million. But n prompts that agree leave room for a share of
/// others: of n trials that all came out one way, Wilson's interval says that up to u = t^2 / (n + t^2)
/// may come out another way. At worst those have the least or the greatest score there is, so the
/// interval of a share is [p - u p, p + u (1 - p)]: Wilson's own where everything is right or wrong.
/// Scores without ends have no worst; theirs is empty.
///
/// Cost: one pass. Sources: Wilson 1927; Korn and Graubard 1998 for the number of trials; Bell and
/// McCaffrey 2002 for 1 - h.
///
/// @param value the estimate
/// @param low the lower end of the interval
/// @param high the upper end
public record Estimate(double value, double low, double high) {
  /// The relative difference below which numbers count as equal: far above what rounding leaves and
  /// far below what float32 can tell.
  private static final double NOISE = 1e-10;

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
    double p = Math.clamp(all.sum / all.of, 0, 1);
    double worth = worth(counted, all);
    if (single(worth)) {
      return new Estimate(p, 0, 1);
    }
    if (unanimous(counted, 1)) {
      return leavingRoom(p, 0, 1, worth);
    }
    double t = student(worth - 1);
    double scale = p * (1 - p) / (t * t * variance(counted, p, all.of)); // trials / t^2
    double centre = (p * scale + 0.5) / (1 + scale);
    double half = Math.sqrt(p * (1 - p) * scale + 0.25) / (1 + scale);
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
            least + range * share.value, least + range * share.low, least + range * share.high)
        .clamp(least, most);
  }

  /// The mean of numbers of any size. A single prompt cannot tell: its interval is infinite.
  ///
  /// @throws IllegalArgumentException if nothing was counted
  public static Estimate mean(Collection<Cluster> clusters) {
    var counted = counted(clusters);
    var all = total(counted);
    double mean = all.sum / all.of;
    double variance = unanimous(counted, size(counted)) ? 0 : variance(counted, mean, all.of);
    return new Lead(mean, variance, worth(counted, all)).estimate();
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
    return compared(ours, theirs).estimate();
  }

  /// The same for scores that have a least and a greatest value: the interval stays within what
  /// their means can differ by, and is not empty where all prompts tell the same difference.
  ///
  /// @param <K> what names a prompt
  /// @throws IllegalArgumentException if one of the two has nothing that was counted
  public static <K> Estimate lead(
      double least, double most, Map<K, Cluster> ours, Map<K, Cluster> theirs) {
    double range = most - least;
    var lead = compared(ours, theirs);
    return lead.variance == 0 && !single(lead.worth)
        ? leavingRoom(lead.value, -range, range, lead.worth)
        : lead.estimate().clamp(-range, range);
  }

  /// A number with its variance, 0 where all prompts say the same, and how many prompts it is from.
  private record Lead(double value, double variance, double worth) {
    Estimate estimate() {
      if (single(worth)) {
        return new Estimate(value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
      }
      double half = variance == 0 ? 0 : student(worth - 1) * Math.sqrt(variance);
      return new Estimate(value, value - half, value + half);
    }
  }

  private static <K> Lead compared(Map<K, Cluster> ours, Map<K, Cluster> theirs) {
    var us = total(counted(ours.values()));
    var them = total(counted(theirs.values()));
    var prompts = new LinkedHashMap<K, Cluster>(ours);
    theirs.forEach((prompt, cluster) -> prompts.merge(prompt, cluster, Cluster::plus));
    prompts.values().removeIf(cluster -> cluster.of == 0);
    var none = new Cluster(0, 0);
    double size = Math.max(size(counted(ours.values())), size(counted(theirs.values())));
    boolean unanimous = true;
    double squares = 0;
    double variance = 0;
    for (K prompt : prompts.keySet()) {
      var our = ours.getOrDefault(prompt, none);
      var their = theirs.getOrDefault(prompt, none);
      double residual = residual(our, us) - residual(their, them);
      double weight = (our.of / us.of + their.of / them.of) / 2;
      unanimous &= Math.abs(residual) <= NOISE * size * weight;
      squares += weight * weight;
      variance += residual * residual / (1 - weight);
    }
    double value = us.sum / us.of - them.sum / them.of;
    return new Lead(value, unanimous ? 0 : variance, 1 / squares);
  }

  /// The same with its interval cut at the ends of what is possible.
  public Estimate clamp(double least, double most) {
    return new Estimate(value, Math.max(least, low), Math.min(most, high));
  }

  /// What scores from `least` to `most` allow that all prompts found alike.
  static Estimate leavingRoom(double value, double least, double most, double worth) {
    double others = others(worth);
    return new Estimate(value, value - others * (value - least), value + others * (most - value))
        .clamp(least, most);
  }

  /// How large a share of all prompts may say otherwise although as many as were asked agree.
  static double others(double worth) {
    double t = student(worth - 1);
    return 1 / (1 + worth / (t * t));
  }

  /// Whether the interval is empty, but for rounding errors.
  boolean isPoint() {
    return high - low <= NOISE * Math.max(1, Math.abs(value));
  }

  /// The weight of a single cluster is 1, but for a rounding error or two.
  private static boolean single(double worth) {
    return worth < 1 + 1e-9;
  }

  /// Whether all prompts have the same mean, but for rounding errors in numbers of this size.
  private static boolean unanimous(Collection<Cluster> clusters, double size) {
    var means = clusters.stream().mapToDouble(cluster -> cluster.sum / cluster.of);
    var all = means.summaryStatistics();
    return all.getMax() - all.getMin() <= NOISE * size;
  }

  private static double size(Collection<Cluster> clusters) {
    return clusters.stream()
        .mapToDouble(cluster -> Math.abs(cluster.sum / cluster.of))
        .max()
        .orElse(0);
  }

  private static List<Cluster> counted(Collection<Cluster> clusters) {
    var counted = clusters.stream().filter(cluster -> cluster.of > 0).toList();
    if (counted.isEmpty()) {
      throw new IllegalArgumentException(
          "expected something to count in at least one of %s, found nothing"
              .formatted(Count.of(clusters.size(), "prompt")));
    }
    return counted;
  }

  /// Compensated sums: their rounding errors do not grow with the number of prompts.
  private static Cluster total(Collection<Cluster> clusters) {
    return new Cluster(
        clusters.stream().mapToDouble(Cluster::sum).sum(),
        clusters.stream().mapToDouble(Cluster::of).sum());
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

  /// How many clusters of equal weight tell as much as these.
  private static double worth(Collection<Cluster> clusters, Cluster all) {
    return 1 / clusters.stream().mapToDouble(c -> c.of / all.of).map(h -> h * h).sum();
  }

  /// The 97.5% point of Student's distribution.
  ///
  /// @param freedom its degrees, positive, whole or not
  public static double student(double freedom) {
    return TDistribution.of(freedom).inverseSurvivalProbability(0.025);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", value, low, high);
  }
}
