package org.instructgpt.ppo;

/// Whitening: brings numbers to variance 1.
///
/// The variance is the biased one (the sum of squares over n, not n - 1), as in Ziegler et al.'s
/// TensorFlow code, with 1e-8 added; PyTorch programs often take the other (docs/specification.md
/// 7.6).
final class Whitener {
  private static final double EPSILON = 1e-8;

  private Whitener() {}

  /// Gives `values` mean 0 and variance 1 within `group`, in place.
  static void centred(double[] values, IndexRange group) {
    whiten(values, group, 0);
  }

  /// Gives `values` variance 1 within `group` and leaves their mean as it is, in place: for
  /// rewards, whose sign means something.
  static void keepingMean(double[] values, IndexRange group) {
    whiten(values, group, Moments.of(group.of(values)).mean());
  }

  private static void whiten(double[] values, IndexRange group, double newMean) {
    var found = Moments.of(group.of(values));
    double deviation = Math.sqrt(found.variance() + EPSILON);
    for (int n = group.from(); n < group.to(); n++) {
      values[n] = (values[n] - found.mean()) / deviation + newMean;
    }
  }
}
