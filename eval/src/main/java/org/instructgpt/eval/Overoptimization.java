package org.instructgpt.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Estimate.Cluster;

/// Reward-model over-optimisation: how far a policy can follow a reward model before the true score
/// falls.
///
/// A reward model is a proxy for what people want. The further a policy moves from its start, the
/// more its reward rises, while its true score rises and then falls (Goodhart's law), measured by
/// Gao, Schulman and Hilton (2022, Scaling Laws for Reward Model Overoptimization). With the
/// distance d = sqrt(KL(policy || start)), in nats, they found
///
///     best of n:               R(d) = d (alpha - beta d)
///     reinforcement learning:  R(d) = d (alpha - beta log d)
///
/// where R is counted from the start's own score, so that R(0) = 0. Both forms are linear in alpha
/// and beta, so least squares have a closed solution.
///
/// **Best of n** draws n answers and keeps the one of highest reward. Its KL needs no model: it is at
/// most, and in effect, log n - (n - 1) / n. From N answers with their scores, the expected score of
/// the best of n < N is known without drawing: sorted by reward, the i-th of N is the best of n of
/// them with probability C(i - 1, n - 1) / C(N, n) (Nakano et al. 2021, WebGPT, appendix I). Averaging
/// over all subsets makes the estimate unbiased and as steady as the N answers allow.
public final class Overoptimization {
  private Overoptimization() {}

  /// One policy on the curve.
  ///
  /// @param kl the divergence from the start, nats, at least 0
  /// @param score above that of the start
  public record Point(double kl, double score) {
    public Point {
      if (!(kl >= 0) || Double.isInfinite(kl)) {
        throw new IllegalArgumentException(
            "expected a KL divergence of at least 0 nats, found %s: average over more samples"
                .formatted(kl));
      }
    }
  }

  /// The two functional forms.
  public enum Form {
    BEST_OF_N,
    REINFORCEMENT_LEARNING;

    /// The factor of -beta.
    private double bend(double d) {
      return switch (this) {
        case BEST_OF_N -> d * d;
        case REINFORCEMENT_LEARNING -> d > 0 ? d * Math.log(d) : 0;
      };
    }
  }

  /// A fitted curve.
  ///
  /// @param alpha how steeply the score rises
  /// @param beta its curvature; the curve never falls if it is negative
  /// @param r2 the share of the scores' variance about their mean that the curve explains; 1 if
  ///   they do not vary and the curve meets them
  public record Fit(Form form, double alpha, double beta, double r2) {
    /// The score at a distance d = sqrt(KL).
    public double at(double distance) {
      return alpha * distance - beta * form.bend(distance);
    }

    /// The distance of the highest score; empty if the curve has no maximum above distance 0.
    public OptionalDouble peak() {
      if (!(beta > 0) || (form == Form.BEST_OF_N && alpha <= 0)) {
        return OptionalDouble.empty();
      }
      return OptionalDouble.of(
          switch (form) {
            case BEST_OF_N -> alpha / (2 * beta);
            case REINFORCEMENT_LEARNING -> Math.exp(alpha / beta - 1);
          });
    }
  }

  /// One answer and its scores.
  ///
  /// @param proxy by the reward model that chooses
  /// @param gold the true score
  public record Sample(double proxy, double gold) {}

  /// The mean scores of the best of n.
  ///
  /// @param kl the divergence from the sampled distribution, nats
  /// @param proxy the mean reward of the chosen answers
  /// @param gold their mean true score
  public record BestOf(int n, double kl, Estimate proxy, Estimate gold) {}

  /// Fits a curve by least squares.
  ///
  /// @throws IllegalArgumentException if fewer than two different distances above 0 are given
  public static Fit fit(Form form, List<Point> points) {
    long distances = points.stream().map(Point::kl).filter(kl -> kl > 0).distinct().count();
    if (distances < 2) {
      throw new IllegalArgumentException(
          "expected points at two or more distances from the start, found %d: measure more checkpoints"
              .formatted(distances));
    }
    double dd = 0;
    double db = 0;
    double bb = 0;
    double dr = 0;
    double br = 0;
    for (var point : points) {
      double d = Math.sqrt(point.kl);
      double b = -form.bend(d);
      dd += d * d;
      db += d * b;
      bb += b * b;
      dr += d * point.score;
      br += b * point.score;
    }
    double determinant = dd * bb - db * db;
    var fit =
        new Fit(form, (dr * bb - br * db) / determinant, (br * dd - dr * db) / determinant, 0);
    return new Fit(form, fit.alpha, fit.beta, explained(fit, points));
  }

  private static double explained(Fit fit, List<Point> points) {
    double mean = points.stream().mapToDouble(Point::score).average().orElseThrow();
    double left = 0;
    double all = 0;
    for (var point : points) {
      double residual = point.score - fit.at(Math.sqrt(point.kl));
      left += residual * residual;
      all += (point.score - mean) * (point.score - mean);
    }
    if (all == 0) {
      return left == 0 ? 1 : Double.NEGATIVE_INFINITY;
    }
    return 1 - left / all;
  }

  /// The KL divergence of the best of n from the sampled distribution, nats.
  public static double klOfBestOf(int n) {
    return Math.log(n) - (n - 1.0) / n;
  }

  /// The mean scores of the best of n, for each n.
  ///
  /// @param prompts for each prompt the scores of N answers
  /// @param ns each at least 1 and at most the least N
  /// @throws IllegalArgumentException for another n, or without prompts
  public static List<BestOf> bestOf(List<List<Sample>> prompts, List<Integer> ns) {
    int least = prompts.stream().mapToInt(List::size).min().orElse(0);
    var results = new ArrayList<BestOf>();
    for (int n : ns) {
      if (n < 1 || n > least) {
        throw new IllegalArgumentException(
            "expected n from 1 to %d, the least number of answers to a prompt, found %d: sample more answers"
                .formatted(least, n));
      }
      results.add(
          new BestOf(
              n, klOfBestOf(n), mean(prompts, n, Sample::proxy), mean(prompts, n, Sample::gold)));
    }
    return List.copyOf(results);
  }

  private static Estimate mean(List<List<Sample>> prompts, int n, ToDoubleFunction<Sample> score) {
    return Estimate.mean(
        prompts.stream().map(samples -> new Cluster(expected(samples, n, score), 1)).toList());
  }

  /// The expected score of the best of n by proxy, over all subsets of the samples. Where proxies
  /// are equal, each is as likely to be taken.
  private static double expected(List<Sample> samples, int n, ToDoubleFunction<Sample> score) {
    var sorted = samples.stream().sorted(Comparator.comparingDouble(Sample::proxy)).toList();
    double expected = 0;
    double weight = (double) n / sorted.size();
    int last = sorted.size() - 1;
    while (last >= 0) {
      double proxy = sorted.get(last).proxy;
      double weights = 0;
      double scores = 0;
      int i = last;
      for (; i >= 0 && sorted.get(i).proxy == proxy; i--) {
        weights += weight;
        scores += score.applyAsDouble(sorted.get(i));
        // from C(i, n - 1) to C(i - 1, n - 1)
        weight = i == 0 ? 0 : weight * Math.max(0, i - n + 1) / i;
      }
      expected += weights * scores / (last - i);
      last = i;
    }
    return expected;
  }
}
