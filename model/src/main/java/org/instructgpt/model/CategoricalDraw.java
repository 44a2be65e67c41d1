package org.instructgpt.model;

import java.util.Arrays;

/// A draw from the probabilities of one row, where ten calls of libtorch cost more than a loop.
final class CategoricalDraw {

  private CategoricalDraw() {}

  /// Sets to zero what is less likely than the last token that `mass` needs; of tokens that are
  /// equally likely, all stay or none.
  static void keepNucleus(float[] probabilities, double mass) {
    float[] sorted = probabilities.clone();
    Arrays.sort(sorted);
    double sum = 0;
    int least = sorted.length;
    while (least > 0 && sum < mass) {
      sum += sorted[--least];
    }
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] < sorted[least]) {
        probabilities[i] = 0;
      }
    }
  }

  /// The place at which the running sums pass `draw` times the whole. They are float64, rounded to
  /// float32, as libtorch's are, so that a row alone gets what it gets in company.
  ///
  /// @param draw in [0, 1)
  static int invert(float[] probabilities, float draw) {
    var sums = new float[probabilities.length];
    double sum = 0;
    for (int i = 0; i < sums.length; i++) {
      sum += probabilities[i];
      sums[i] = (float) sum;
    }
    float wanted = draw * sums[sums.length - 1];
    int chosen = 0;
    while (sums[chosen] <= wanted) {
      chosen++;
    }
    return chosen;
  }
}
