package org.instructgpt.ppo;

/// The group-relative advantage of GRPO (Shao et al. 2024, arXiv 2402.03300, section 4.1.2).
///
/// Of k responses to the same prompt each is measured by the mean score of all, in units of their
/// deviation:
///
///     A(i) = (r(i) - mean(r)) / deviation(r)
///
/// All tokens of a response have its advantage. Scores are plain: the KL penalty is not part of the
/// reward but of the loss ([Losses#kl]). Where all k scores are equal nothing is better
/// than anything, and the advantages are 0. The deviation is the biased one (over k), as in
/// [Whitener], with the same 1e-8 added to the variance; the paper leaves both open.
record GroupAdvantage() implements Credit {
  private static final double EPSILON = 1e-8;

  /// The advantages (B).
  ///
  /// @param scores of the responses (B)
  /// @param groups which prompt each answers (B)
  static double[] of(double[] scores, int[] groups) {
    var all = GroupSums.of(scores, groups);
    var variances = new double[all.counts().length];
    for (int b = 0; b < scores.length; b++) {
      int group = groups[b];
      double distance = scores[b] - all.mean(group);
      variances[group] += distance * distance / all.counts()[group];
    }
    var advantages = new double[scores.length];
    for (int b = 0; b < scores.length; b++) {
      int group = groups[b];
      boolean equal = all.least()[group] == all.greatest()[group]; // exactly 0, whatever rounding
      double deviation = Math.sqrt(variances[group] + EPSILON);
      advantages[b] = equal ? 0 : (scores[b] - all.mean(group)) / deviation;
    }
    return advantages;
  }

  @Override
  public double[] advantages(double[] rewards, double[] values, Rollout rollout) {
    return rollout.toTokens(of(rollout.toResponses(rewards), rollout.groups()));
  }
}
