package org.instructgpt.torch;

import org.bytedeco.javacpp.Pointer;

/// A tensor that several passes read: their gradients are added up here, and go on together.
final class JoinPass implements PendingPasses.Pass {
  private final Tensor start;

  /// What they read, a leaf.
  final Tensor result;

  JoinPass(Tensor start) {
    this.start = new Tensor(new org.bytedeco.pytorch.Tensor(start.handle));
    this.result = start.detach().requireGradient(true);
    this.start.handle.retainReference();
    this.result.handle.retainReference();
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
    for (Pointer kept : new Pointer[] {start.handle, result.handle}) {
      kept.releaseReference();
    }
  }
}
