package org.instructgpt.ppo;

import org.instructgpt.torch.Tensor;

/// The losses of PPO, token by token (Schulman et al. 2017). A minibatch's loss is their mean over
/// its response tokens; of GRPO, the mean over its responses of the mean over each one's tokens.
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

  /// What the policy's distance from the reference costs (N), where it stands in the loss: with u
  /// the log-probability under the reference less that under the policy, `exp(u) - u - 1` (GRPO,
  /// Shao et al. 2024, equation 4; k3 of Schulman 2020). Never negative and 0 where both agree;
  /// over the policy's own samples its mean is the KL of policy and reference, and at the first
  /// update of an iteration its slope by the log-probability is `1 - exp(u)`.
  static Tensor kl(Tensor logProbs, Tensor reference) {
    var u = reference.sub(logProbs);
    return u.exp().sub(u).sub(1);
  }

  /// The clipped squared error (N): `max((V - R)^2, (Vc - R)^2) / 2`, where Vc is V kept within the
  /// clip of what it was.
  static Tensor value(Tensor values, Tensor old, Tensor returns, double clip) {
    var clipped = old.add(values.sub(old).clamp(-clip, clip));
    return values.sub(returns).square().maximum(clipped.sub(returns).square()).mul(0.5);
  }
}
