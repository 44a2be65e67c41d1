package org.instructgpt.ppo;

import java.util.Arrays;

/// Sums over the responses to each prompt.
///
/// @param counts how many responses a prompt has
/// @param sums of their rewards
/// @param least of their rewards
/// @param greatest of their rewards
record GroupSums(int[] counts, double[] sums, double[] least, double[] greatest) {
  /// @param rewards of the responses (B)
  /// @param groups which prompt each answers (B), counted from 0
  static GroupSums of(double[] rewards, int[] groups) {
    int count = Arrays.stream(groups).max().orElse(-1) + 1;
    var found =
        new GroupSums(new int[count], new double[count], new double[count], new double[count]);
    Arrays.fill(found.least, Double.POSITIVE_INFINITY);
    Arrays.fill(found.greatest, Double.NEGATIVE_INFINITY);
    for (int b = 0; b < rewards.length; b++) {
      int group = groups[b];
      found.counts[group]++;
      found.sums[group] += rewards[b];
      found.least[group] = Math.min(found.least[group], rewards[b]);
      found.greatest[group] = Math.max(found.greatest[group], rewards[b]);
    }
    return found;
  }

  double mean(int group) {
    return sums[group] / counts[group];
  }
}
