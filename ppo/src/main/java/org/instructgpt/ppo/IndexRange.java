package org.instructgpt.ppo;

import java.util.Arrays;

/// A range of places in an array.
///
/// @param from the first
/// @param to the one after the last
record IndexRange(int from, int to) {
  int length() {
    return to - from;
  }

  /// A copy of what `values` holds there.
  double[] of(double[] values) {
    return Arrays.copyOfRange(values, from, to);
  }
}
