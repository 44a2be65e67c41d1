package org.instructgpt.model;

import java.util.Arrays;
import org.instructgpt.torch.Tensor;

/// Chooses the next token of each row from its logits: the likeliest, or one drawn by inverting the
/// cumulative distribution.
///
/// @param temperature the logits' divisor; 0 takes the likeliest token
/// @param nucleus share of the probability that the tokens to draw from hold; 1 for all of them
record TokenChoice(double temperature, double nucleus) {

  /// @param logits (B, V)
  /// @param draws a number in [0, 1) for each row (B)
  /// @return one id a row (B)
  int[] choose(Tensor logits, float[] draws) {
    if (temperature == 0) {
      return ints(logits.argmax(-1));
    }
    var scaled = temperature == 1 ? logits : logits.div(temperature);
    var probabilities = scaled.softmax(-1);
    // For a single row a loop costs less than ten calls of libtorch.
    if (draws.length == 1 || nucleus < 1) {
      return oneByOne(probabilities.floats(), draws);
    }
    var sums = probabilities.cumsum(-1); // (B, V)
    var total = sums.narrow(1, sums.size(1) - 1, 1);
    return ints(sums.searchSorted(Tensor.of(draws, draws.length, 1).to(sums.device()).mul(total)));
  }

  private static int[] ints(Tensor ids) {
    return Arrays.stream(ids.longs()).mapToInt(Math::toIntExact).toArray();
  }

  private int[] oneByOne(float[] probabilities, float[] draws) {
    int vocabulary = probabilities.length / draws.length;
    var chosen = new int[draws.length];
    for (int i = 0; i < chosen.length; i++) {
      float[] row = Arrays.copyOfRange(probabilities, i * vocabulary, (i + 1) * vocabulary);
      if (nucleus < 1) {
        keepNucleus(row, nucleus);
      }
      chosen[i] = invert(row, draws[i]);
    }
    return chosen;
  }

  /// Sets to zero what is less likely than the last token that `mass` needs; of tokens that are
  /// equally likely, all stay or none.
  private static void keepNucleus(float[] probabilities, double mass) {
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
  private static int invert(float[] probabilities, float draw) {
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
