package org.instructgpt.torch;

/// A tensor that several passes read: their gradients are added up here, and go on together.
final class JoinPass implements PendingPasses.Pass {
  private final KeptTensors kept = new KeptTensors();
  private final Tensor start;

  /// What they read, a leaf.
  final Tensor result;

  JoinPass(Tensor start) {
    this.start = kept.keepAlias(start);
    this.result = kept.keep(start.detach().requireGradient(true));
  }

  @Override
  public void backward() {
    var gradient = result.gradient();
    if (gradient != null) {
      start.backwardOnce(gradient);
      result.forgetGradient();
    }
  }

  @Override
  public void release() {
    kept.release();
  }
}
