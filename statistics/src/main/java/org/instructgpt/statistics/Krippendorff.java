package org.instructgpt.statistics;

import java.util.Arrays;
import java.util.List;

/// Krippendorff's alpha: agreement beyond chance, 1 where nobody disagrees, 0 where people agree no
/// more often than values drawn from all that were given.
///
/// **The idea.** Each thing that m >= 2 people valued holds m (m - 1) ordered pairs of values. They
/// are counted into a coincidence matrix o, each with weight 1 / (m - 1), so that a thing counts as
/// often as it was valued, however many people were asked; nobody needs to have valued everything.
/// With n_c the row sums and n their sum,
///
///     alpha = 1 - (n - 1) * sum o_ck d_ck^2 / sum n_c n_k d_ck^2.
///
/// The squared distance d^2 is 1 for any two different values on a nominal scale. On an ordinal one
/// d is the number of values given from c to k, the two ends counted half: values lie far apart if
/// people used what lies between them.
///
/// Coincidence matrices of different things add up, so a bootstrap costs one sum a resample. Source:
/// Krippendorff 2011, Computing Krippendorff's Alpha-Reliability.
final class Krippendorff {
  private Krippendorff() {}

  /// How far two different values are apart.
  enum Scale {
    NOMINAL,
    ORDINAL
  }

  /// The coincidence matrix (V, V) of some things.
  ///
  /// @param things for each the values it was given, from 0 to V - 1; fewer than two say nothing
  static double[][] coincidences(List<List<Integer>> things, int values) {
    var matrix = new double[values][values];
    for (var given : things) {
      int[] counts = new int[values];
      given.forEach(value -> counts[value]++);
      if (given.size() > 1) {
        add(matrix, counts, given.size());
      }
    }
    return matrix;
  }

  private static void add(double[][] matrix, int[] counts, int given) {
    for (int c = 0; c < counts.length; c++) {
      for (int k = 0; k < counts.length; k++) {
        int pairs = c == k ? counts[c] * (counts[c] - 1) : counts[c] * counts[k];
        matrix[c][k] += pairs / (given - 1.0);
      }
    }
  }

  /// Alpha of a coincidence matrix (V, V), the sum of those of all things. Where all values are the
  /// same, nobody disagreed: 1. Where there are no coincidences, not a number.
  static double alpha(double[][] matrix, Scale scale) {
    double[] totals = Arrays.stream(matrix).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    double all = Arrays.stream(totals).sum();
    if (all == 0) {
      return Double.NaN;
    }
    double observed = 0;
    double expected = 0;
    for (int c = 0; c < totals.length; c++) {
      for (int k = 0; k < totals.length; k++) {
        double squared = squaredDistance(scale, totals, c, k);
        observed += matrix[c][k] * squared;
        expected += totals[c] * totals[k] * squared;
      }
    }
    return expected == 0 ? 1 : 1 - (all - 1) * observed / expected;
  }

  private static double squaredDistance(Scale scale, double[] totals, int c, int k) {
    if (scale == Scale.NOMINAL || c == k) {
      return c == k ? 0 : 1;
    }
    double between = -(totals[c] + totals[k]) / 2;
    for (int g = Math.min(c, k); g <= Math.max(c, k); g++) {
      between += totals[g];
    }
    return between * between;
  }
}
