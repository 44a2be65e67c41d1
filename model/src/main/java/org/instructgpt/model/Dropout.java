package org.instructgpt.model;

import java.util.Optional;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Tensor;

/// Residual dropout: a share of what each branch adds to the residual stream is dropped in training
/// and the rest is scaled up, so that the expectation stays. InstructGPT uses 0.2 in SFT (appendix
/// C.1) and none elsewhere; in RL it must be off, else the first ratio is not 1.
@FunctionalInterface
public interface Dropout {
  /// Drops nothing.
  Dropout NONE = x -> x;

  /// What is left of a branch's output.
  Tensor apply(Tensor branch);

  /// What is drawn from, if anything is: a pass that is computed again draws the same again.
  default Optional<Randomness> random() {
    return Optional.empty();
  }

  /// Drops the share `rate` of the entries, drawn from `random`; nothing at 0.
  ///
  /// @param random of the device on which the model is: masks are drawn where they are used
  static Dropout of(double rate, Randomness random) {
    return rate == 0 ? NONE : new DrawnDropout(rate, random);
  }
}
