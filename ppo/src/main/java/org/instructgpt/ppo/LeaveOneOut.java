package org.instructgpt.ppo;

/// The advantage of REINFORCE leave-one-out, RLOO (Ahmadian et al. 2024, arXiv 2402.14740, after
/// Kool et al. 2019).
///
/// Of k responses to the same prompt each is measured by the mean reward of the other k - 1:
///
///     A(i) = R(i) - (1 / (k - 1)) sum over j != i of R(j)
///
/// The others say what the prompt is worth under the policy as it is, and since they were drawn
/// without looking at response i the estimate of the gradient stays unbiased, as it would not with
/// the mean over all k. No network has to learn what a prompt is worth. The response is one action,
/// so all of its tokens have its advantage; R is the score less the KL penalty of the whole response.
record LeaveOneOut() implements Credit {

  /// The advantages (B).
  ///
  /// @param rewards of the responses (B)
  /// @param groups which prompt each answers (B)
  static double[] of(double[] rewards, int[] groups) {
    var all = GroupSums.of(rewards, groups);
    var advantages = new double[rewards.length];
    for (int b = 0; b < rewards.length; b++) {
      int group = groups[b];
      double others = all.sums()[group] - rewards[b];
      boolean equal = all.least()[group] == all.greatest()[group]; // exactly 0, whatever rounding
      advantages[b] = equal ? 0 : rewards[b] - others / (all.counts()[group] - 1);
    }
    return advantages;
  }

  @Override
  public double[] advantages(double[] rewards, double[] values, Rollout rollout) {
    return rollout.toTokens(of(rollout.toResponses(rewards), rollout.groups()));
  }
}
