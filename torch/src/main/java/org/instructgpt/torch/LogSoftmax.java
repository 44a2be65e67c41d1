package org.instructgpt.torch;

/// Log-probabilities of one class a row that need a single tensor as large as the logits: it holds
/// the logits, then their logarithms of the softmax, and in the backward pass the logits' gradient.
public final class LogSoftmax {
  private LogSoftmax() {}

  /// Natural log-probabilities (N) of the classes `targets` (N) under `logits` (N, V) divided by
  /// `temperature`. The logits' memory is used for that and for their gradient: nobody may read
  /// them afterwards.
  public static Tensor of(Tensor logits, Tensor targets, double temperature) {
    var index = targets.unsqueeze(1);
    if (!isRecorded(logits)) {
      return LogSoftmaxPass.forward(logits, index, temperature);
    }
    var pass = new LogSoftmaxPass(logits, index, temperature);
    PendingPasses.add(pass);
    return pass.result;
  }

  /// `hidden` for the logits that are made of it, maybe several times: gradients go on from here
  /// once, when all have come and the logits are gone.
  public static Tensor join(Tensor hidden) {
    if (!isRecorded(hidden)) {
      return hidden;
    }
    var pass = new JoinPass(hidden);
    PendingPasses.add(pass);
    return pass.result;
  }

  private static boolean isRecorded(Tensor tensor) {
    return tensor.requiresGradient() && Scope.isRecording();
  }
}
