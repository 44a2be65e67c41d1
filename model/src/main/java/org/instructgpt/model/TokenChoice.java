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
  ///
  /// Nothing is sorted but the tokens around that one: probabilities whose leading bits are equal
  /// are summed together first, and for numbers that are not negative the order of the bits is that
  /// of the numbers.
  static void keepNucleus(float[] probabilities, double mass) {
    var sums = new double[bin(1) + 2]; // the sum of a softmax may be a little above 1
    for (float each : probabilities) {
      sums[bin(each)] += each;
    }
    double sum = 0;
    int last = sums.length - 1;
    while (last > 0 && sum + sums[last] < mass) {
      sum += sums[last--];
    }
    float[] around = new float[probabilities.length];
    int count = 0;
    for (float each : probabilities) {
      if (bin(each) == last) {
        around[count++] = each;
      }
    }
    Arrays.sort(around, 0, count);
    int least = count;
    while (least > 0 && sum < mass) {
      sum += around[--least];
    }
    float kept = least < count ? around[least] : 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] < kept) {
        probabilities[i] = 0;
      }
    }
  }

  private static int bin(float probability) {
    return Float.floatToRawIntBits(probability) >>> 19;
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
