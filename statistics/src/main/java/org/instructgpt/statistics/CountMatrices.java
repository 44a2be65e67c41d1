package org.instructgpt.statistics;

import java.util.List;

/// Sums of square matrices of counts, one for each prompt.
final class CountMatrices {
  private CountMatrices() {}

  /// The sum of at least one matrix (N, N).
  static double[][] sum(List<double[][]> parts) {
    int n = parts.getFirst().length;
    var sum = new double[n][n];
    for (var part : parts) {
      for (int row = 0; row < n; row++) {
        add(sum[row], part[row]);
      }
    }
    return sum;
  }

  private static void add(double[] sum, double[] part) {
    for (int column = 0; column < sum.length; column++) {
      sum[column] += part[column];
    }
  }
}
