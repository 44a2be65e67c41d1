package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Calibration of a reward model: whether its confidence in a preference is its accuracy.
///
/// Of each pair the model prefers one with the confidence sigmoid(|r_i - r_j|), from 0.5 to 1. Of
/// the pairs predicted with about 80% confidence, 80% should be right. The expected calibration
/// error is the mean distance of the two, bin by bin, weighted by the pairs (Naeini et al. 2015).
///
/// @param bins those of the ten bins from 0.5 to 1 that have pairs, in ascending order
/// @param expectedError the expected calibration error, 0 to 0.5
/// @param logLoss the mean over pairs of -log sigmoid(r_better - r_worse), nats; 0.693 for chance
public record Calibration(List<Bin> bins, double expectedError, double logLoss) {
  private static final int BINS = 10;

  /// Pairs of about the same confidence.
  ///
  /// @param from the least confidence
  /// @param to the greatest
  /// @param pairs how many
  /// @param confidence their mean confidence
  /// @param accuracy the share of them that is right
  public record Bin(double from, double to, int pairs, double confidence, double accuracy) {}

  /// Copies the list.
  public Calibration {
    bins = List.copyOf(bins);
  }

  /// @param margins of at least one pair: the reward of the better completion less the other's
  static Calibration of(double[] margins) {
    var bins = new ArrayList<Bin>();
    double error = 0;
    for (int b = 0; b < BINS; b++) {
      int which = b;
      double[] inside = Arrays.stream(margins).filter(m -> bin(m) == which).toArray();
      if (inside.length > 0) {
        var bin = bin(b, inside);
        error += Math.abs(bin.confidence - bin.accuracy) * inside.length / margins.length;
        bins.add(bin);
      }
    }
    double logLoss = Arrays.stream(margins).map(RankingLoss::ofPair).average().orElseThrow();
    return new Calibration(bins, error, logLoss);
  }

  private static Bin bin(int number, double[] margins) {
    double confidence = Arrays.stream(margins).map(Calibration::confidence).average().orElseThrow();
    double width = 0.5 / BINS;
    return new Bin(
        0.5 + number * width,
        0.5 + (number + 1) * width,
        margins.length,
        confidence,
        ScoredRanking.right(margins) / margins.length);
  }

  private static int bin(double margin) {
    return Math.min(BINS - 1, (int) ((confidence(margin) - 0.5) * 2 * BINS));
  }

  private static double confidence(double margin) {
    return 1 / (1 + Math.exp(-Math.abs(margin)));
  }
}
