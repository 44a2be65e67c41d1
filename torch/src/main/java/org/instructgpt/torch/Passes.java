package org.instructgpt.torch;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Passes whose gradients libtorch does not send by itself: they keep less than its operations do.
///
/// The result of each is a new leaf: gradients reach it as they reach a parameter, and
/// [Tensor#backward()] then sends them on, the latest pass first. A pass lives until the [Scope]
/// closes that was open around it, and so long whatever it reads must live too. Gradients go
/// through it once, as through any graph of libtorch. Where nothing is recorded these are ordinary
/// operations.
public final class Passes {
  private Passes() {}

  /// Applies `steps` one after another, as [Tensor#chain] does, keeping only what each step reads
  /// and computing the inside again for gradients (see [RecomputedPass]). Whatever the steps read
  /// must live until the [Scope] that is open now is closed.
  ///
  /// @param steps each makes a tensor of its own from the one before
  /// @param random what the steps draw from, if they draw
  public static Tensor recomputed(
      Tensor start, List<UnaryOperator<Tensor>> steps, Optional<Randomness> random) {
    if (!isRecorded(start)) {
      return Tensor.chain(start, steps);
    }
    var pass = new RecomputedPass(start, steps, random);
    PendingPasses.add(pass);
    return pass.result;
  }

  /// Natural log-probabilities (N) of the classes `targets` (N) under `logits` (N, V) divided by
  /// `temperature`. The logits' memory is used for that and for their gradient (see
  /// [LogSoftmaxPass]): nobody may read them afterwards.
  public static Tensor logProbs(Tensor logits, Tensor targets, double temperature) {
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
