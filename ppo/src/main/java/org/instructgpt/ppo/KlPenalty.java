package org.instructgpt.ppo;

/// The reward of each response token: the KL penalty of the token, and at the last one the score of
/// the response.
///
/// A response is one action of a bandit: the reward model scores it as a whole, and the score is
/// part of the last token's reward. The KL penalty is taken from each token's own reward: `beta`
/// times the log ratio of policy and reference at that token. Over a response the log ratios sum to
/// that of the paper's objective (section 3.5, equation 2), an unbiased estimate of the KL that may
/// be negative.
final class KlPenalty {

  private KlPenalty() {}

  /// The log ratio of policy and reference (N) at each token, nats.
  static double[] logRatios(double[] policyLogProbs, double[] referenceLogProbs) {
    var ratios = new double[policyLogProbs.length];
    for (int n = 0; n < ratios.length; n++) {
      ratios[n] = policyLogProbs[n] - referenceLogProbs[n];
    }
    return ratios;
  }

  /// The rewards (N) of the tokens of all responses, one response after the other.
  ///
  /// @param logRatios (N) of policy and reference, nats
  /// @param scores (B) of the responses
  /// @param lengths (B) of the responses, tokens; they sum to N
  /// @param coefficient beta of this iteration
  static double[] rewards(double[] logRatios, double[] scores, int[] lengths, double coefficient) {
    var rewards = new double[logRatios.length];
    for (int n = 0; n < logRatios.length; n++) {
      rewards[n] = -coefficient * logRatios[n];
    }
    int end = 0;
    for (int b = 0; b < lengths.length; b++) {
      end += lengths[b];
      rewards[end - 1] += scores[b];
    }
    return rewards;
  }
}
