package org.instructgpt.torch;

/// The log-probability of one class a row, with a single tensor as large as the logits: it holds
/// the logits, then the logarithms of their softmax, and in the backward pass the logits' gradient.
/// libtorch's operations have four such tensors, which for a large vocabulary are most of the
/// memory of a step.
///
/// libtorch records what made the logits and needs their numbers no more; what comes after is
/// recorded here.
final class LogSoftmaxPass implements PendingPasses.Pass {
  /// Numbers that are turned into gradients at a time: few enough to stay in a cache.
  private static final long CHUNK = 1 << 20;

  private final Tensor logits;
  private final Tensor targets;
  private final double temperature;
  private final KeptTensors kept = new KeptTensors();
  private boolean spent;

  /// The log-probabilities (N), a leaf.
  final Tensor result;

  /// @param logits (N, V), recorded
  /// @param targets (N, 1)
  LogSoftmaxPass(Tensor logits, Tensor targets, double temperature) {
    this.logits = kept.keepAlias(logits);
    this.targets = kept.keepAlias(targets);
    this.temperature = temperature;
    this.result =
        kept.keep(
            Scope.constant(() -> forward(logits.detach(), targets, temperature))
                .requireGradient(true));
  }

  /// The log-probabilities (N) of `targets` (N, 1); the logits (N, V) become those of all classes.
  static Tensor forward(Tensor logits, Tensor targets, double temperature) {
    if (temperature != 1) {
      logits.div_(temperature);
    }
    return logits.logSoftmax_(1).gather(1, targets).view(-1);
  }

  @Override
  public void backward() {
    var gradient = result.gradient();
    if (gradient == null) {
      return;
    }
    if (spent) {
      throw new IllegalStateException(
          "backward() went a second time through log-probabilities: add the losses first");
    }
    spent = true;
    try (var _ = Scope.open()) {
      logits.backwardOnce(Scope.constant(() -> gradientOfLogits(gradient)));
      logits.forget();
    }
    result.forgetGradient();
  }

  private Tensor gradientOfLogits(Tensor gradient) {
    var all = logits.detach();
    var factors = gradient.div(temperature).view(-1, 1);
    long n = all.size(0);
    long rows = Math.max(1, CHUNK / all.size(1));
    for (long from = 0; from < n; from += rows) {
      long length = Math.min(rows, n - from);
      var factor = factors.narrow(0, from, length);
      all.narrow(0, from, length)
          .exp_()
          .mul_(factor.neg())
          .scatterAdd_(1, targets.narrow(0, from, length), factor);
    }
    return all;
  }

  @Override
  public void release() {
    kept.release();
  }
}
