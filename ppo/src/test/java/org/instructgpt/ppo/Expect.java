package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/// Assertions about arrays of numbers.
final class Expect {
  private Expect() {}

  /// Every number is within `tolerance` of the expected one. Names the first that is not, and so
  /// fails fast where there are ten thousands of them.
  static void near(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
        assertThat(actual[i]).as("number %d", i).isCloseTo(expected[i], within(tolerance));
      }
    }
  }
}
