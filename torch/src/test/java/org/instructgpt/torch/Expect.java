package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/// Short ways to say what a tensor should hold.
final class Expect {
  private Expect() {}

  /// `tensor` holds `expected` in row-major order, to nine digits.
  static void holds(Tensor tensor, double... expected) {
    close(tensor.doubles(), expected, 1e-9);
  }

  /// Both arrays are the same up to `tolerance`. AssertJ's own comparison takes quadratic time to
  /// explain a difference, which is for ever with a whole layer.
  static void close(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (!(actual[i] == expected[i] || Math.abs(actual[i] - expected[i]) <= tolerance)) {
        fail("entry %d: expected %s, found %s", i, expected[i], actual[i]);
      }
    }
  }

  /// `tensor` has this shape.
  static void shape(Tensor tensor, long... expected) {
    assertThat(tensor.shape()).containsExactly(expected);
  }

  /// The gradient that `leaf` has collected.
  static Tensor gradient(Tensor leaf) {
    return java.util.Objects.requireNonNull(leaf.gradient(), "no gradient was collected");
  }

  /// Numbers between -2 and 2 that look like nothing in particular; the same for the same
  /// arguments.
  static double[] wave(int count, double phase) {
    var values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = 2 * Math.sin(1.7 * i * (1 + 0.01 * i) + phase);
    }
    return values;
  }
}
