package org.instructgpt.reward;

import java.util.List;

/// The K-wise loss once more, as plain loops in double precision that share nothing with the code
/// under test.
final class LoopLoss {
  private LoopLoss() {}

  /// @param rewards of each prompt's completions
  /// @param ranks of each prompt's completions, 1 is best
  static double loss(List<double[]> rewards, List<int[]> ranks) {
    double total = 0;
    int prompts = 0;
    for (int p = 0; p < rewards.size(); p++) {
      int pairs = pairs(ranks.get(p));
      if (pairs > 0) {
        total += loss(rewards.get(p), ranks.get(p)) / pairs;
        prompts++;
      }
    }
    return total / prompts;
  }

  private static double loss(double[] r, int[] rank) {
    double sum = 0;
    for (int i = 0; i < r.length; i++) {
      for (int j = 0; j < r.length; j++) {
        if (rank[i] < rank[j]) {
          sum -= Math.log(1 / (1 + Math.exp(-(r[i] - r[j]))));
        }
      }
    }
    return sum;
  }

  /// The derivative by each reward.
  static double[][] gradient(List<double[]> rewards, List<int[]> ranks) {
    int prompts = 0;
    for (int[] rank : ranks) {
      prompts += pairs(rank) > 0 ? 1 : 0;
    }
    var gradient = new double[rewards.size()][];
    for (int p = 0; p < gradient.length; p++) {
      gradient[p] = gradient(rewards.get(p), ranks.get(p), prompts);
    }
    return gradient;
  }

  private static double[] gradient(double[] r, int[] rank, int prompts) {
    var gradient = new double[r.length];
    int pairs = pairs(rank);
    for (int i = 0; i < r.length; i++) {
      for (int j = 0; j < r.length; j++) {
        if (rank[i] < rank[j]) {
          double wrong = 1 / (1 + Math.exp(r[i] - r[j]));
          gradient[i] -= wrong / pairs / prompts;
          gradient[j] += wrong / pairs / prompts;
        }
      }
    }
    return gradient;
  }

  private static int pairs(int[] rank) {
    int pairs = 0;
    for (int i = 0; i < rank.length; i++) {
      for (int j = 0; j < i; j++) {
        pairs += rank[i] != rank[j] ? 1 : 0;
      }
    }
    return pairs;
  }
}
