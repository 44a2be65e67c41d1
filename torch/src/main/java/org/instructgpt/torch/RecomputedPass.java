package org.instructgpt.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A pass through blocks that keeps of each block only its input, and computes the inside again
/// when gradients are wanted (activation checkpointing, Chen et al. 2016, arXiv:1604.06174).
///
/// The forward pass records nothing. In the backward pass memory holds the inputs of all blocks and
/// the inside of one. The same operations run on the same numbers as in an ordinary pass, random
/// draws included.
final class RecomputedPass implements PendingPasses.Pass {
  private final List<Block> blocks = new ArrayList<>();
  private final KeptTensors kept = new KeptTensors();
  private final Optional<Randomness> random;
  private final Tensor start;
  final Tensor result;
  private boolean spent;

  /// A block with its input and the state of the random numbers that it drew from.
  private record Block(UnaryOperator<Tensor> steps, Tensor input, byte @Nullable [] state) {}

  RecomputedPass(Tensor start, List<UnaryOperator<Tensor>> steps, Optional<Randomness> random) {
    this.random = random;
    this.start = kept.keepAlias(start);
    this.result = Scope.constant(() -> forward(steps)).requireGradient(true);
  }

  private Tensor forward(List<UnaryOperator<Tensor>> steps) {
    var x = kept.keep(start.detach());
    for (var step : steps) {
      blocks.add(new Block(step, x, random.map(Randomness::state).orElse(null)));
      var input = x;
      x = kept.keep(Tensor.tidy(() -> step.apply(input)));
    }
    return x;
  }

  @Override
  public void backward() {
    var gradient = result.gradient();
    if (gradient != null) {
      send(gradient);
    }
  }

  @Override
  public void release() {
    kept.release();
  }

  private void send(Tensor gradient) {
    if (spent) {
      throw new IllegalStateException(
          "backward() went a second time through a pass whose activations are recomputed: add the losses first");
    }
    spent = true;
    result.forgetGradient();
    var sent = gradient;
    for (var block : blocks.reversed()) {
      var reached = sent;
      sent = Tensor.tidy(() -> through(block, reached));
      Scope.free(reached.handle);
    }
    start.backwardOnce(sent);
  }

  /// The gradient of a block's input, given that of its output; those of its parameters are added.
  private Tensor through(Block block, Tensor gradient) {
    var input = block.input.detach().requireGradient(true);
    again(block, input).backwardOnce(gradient);
    var reached = input.gradient();
    if (reached == null) {
      throw new IllegalStateException("a block's output does not depend on its input");
    }
    return reached;
  }

  /// The block's output, with what it drew the first time.
  private Tensor again(Block block, Tensor input) {
    if (block.state == null || random.isEmpty()) {
      return block.steps.apply(input);
    }
    var draws = random.get();
    byte[] now = draws.state();
    draws.restore(block.state);
    try {
      return block.steps.apply(input);
    } finally {
      draws.restore(now);
    }
  }
}
