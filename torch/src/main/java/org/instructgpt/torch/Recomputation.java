package org.instructgpt.torch;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A pass through blocks that keeps of each block only its input, and computes the inside again
/// when gradients are wanted (activation checkpointing, Chen et al. 2016, arXiv:1604.06174).
///
/// The forward pass records nothing. Its result is a new leaf: gradients reach it as they reach a
/// parameter, and [Tensor#backward()] then sends them on through this pass, the last block first.
/// So memory holds the inputs of all blocks and the inside of one. The same operations run on the
/// same numbers as in an ordinary pass, random draws included.
///
/// A pass lives until the [Scope] closes that was open around it, and so long whatever its blocks
/// read must live too. Gradients go through it once, as through any graph of libtorch.
public final class Recomputation {
  private Recomputation() {}

  /// Applies `steps` one after another, as [Tensor#chain] does, recording gradients if `start` has
  /// any. Whatever the steps read must live until the [Scope] that is open now is closed.
  ///
  /// @param steps each makes a tensor of its own from the one before
  /// @param random what the steps draw from, if they draw
  public static Tensor chain(
      Tensor start, List<UnaryOperator<Tensor>> steps, Optional<Randomness> random) {
    if (!start.requiresGradient() || !Scope.isRecording()) {
      return Tensor.chain(start, steps);
    }
    var pass = new RecomputedPass(start, steps, random);
    PendingPasses.add(pass);
    return pass.result;
  }
}
