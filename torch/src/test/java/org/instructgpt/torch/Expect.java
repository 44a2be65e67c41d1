package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/// Short ways to say what a tensor should hold.
final class Expect {
  private Expect() {}

  /// `tensor` holds `expected` in row-major order, to nine digits.
  static void holds(Tensor tensor, double... expected) {
    assertThat(tensor.doubles()).containsExactly(expected, within(1e-9));
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
