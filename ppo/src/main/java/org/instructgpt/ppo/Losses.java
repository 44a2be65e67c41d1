package org.instructgpt.ppo;

import org.instructgpt.torch.Tensor;

/// The losses of PPO, token by token (Schulman et al. 2017). A minibatch's loss is their mean over
/// its response tokens.
final class Losses {
  private Losses() {}

  /// The clipped surrogate (N): `max(-A rho, -A clip(rho, 1 - c, 1 + c))`, where rho is the
  /// probability of the token over what it was when it was sampled. Moving further than the clip
  /// earns nothing, moving back always does.
  static Tensor policy(Tensor logProbs, Tensor old, Tensor advantages, double clip) {
    var ratio = logProbs.sub(old).exp();
    var clipped = ratio.clamp(1 - clip, 1 + clip);
    return advantages.mul(ratio).minimum(advantages.mul(clipped)).neg();
  }

  /// The clipped squared error (N): `max((V - R)^2, (Vc - R)^2) / 2`, where Vc is V kept within the
  /// clip of what it was.
  static Tensor value(Tensor values, Tensor old, Tensor returns, double clip) {
    var clipped = old.add(values.sub(old).clamp(-clip, clip));
    return values.sub(returns).square().maximum(clipped.sub(returns).square()).mul(0.5);
  }
}
