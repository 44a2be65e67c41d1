package org.instructgpt.model;

import java.util.Optional;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Drops entries at random and scales up the others.
///
/// @param rate the share that is dropped
/// @param source what is drawn from, on the device of the model
record DrawnDropout(double rate, Randomness source) implements Dropout {
  @Override
  public Tensor apply(Tensor branch) {
    return branch.mul(Scope.constant(() -> mask(branch)));
  }

  private Tensor mask(Tensor branch) {
    return Tensor.empty(branch.dtype(), branch.device(), branch.shape())
        .bernoulli_(1 - rate, source)
        .div_(1 - rate);
  }

  @Override
  public Optional<Randomness> random() {
    return Optional.of(source);
  }
}
