package org.instructgpt.ppo;

/// Generalized advantage estimation (Schulman et al. 2016), without discount as InstructGPT has it
/// (appendix C.4).
///
/// The advantage of a token is what its response earned from there on, less what the value network
/// predicted. The plain difference is unbiased but as noisy as whole responses are; trusting the
/// value of the next token instead, `d(t) = r(t) + V(t+1) - V(t)`, is quiet but inherits the
/// network's errors. Lambda goes between: `A(t) = d(t) + lambda * A(t+1)`, the one at lambda 1, the
/// other at 0. After the last token there is nothing: both its successors are 0.
///
/// Rows lie one after another without padding, so each row is walked backwards from its own end and
/// nothing needs a mask. One pass, O(N).
///
/// @param lambda the decay
record Gae(double lambda) implements Credit {

  /// The advantages (N).
  ///
  /// @param rewards earned with each response token (N)
  /// @param values predicted before each response token (N)
  /// @param lengths the number of response tokens of each row
  static double[] of(double[] rewards, double[] values, int[] lengths, double lambda) {
    var advantages = new double[rewards.length];
    int begin = 0;
    for (int length : lengths) {
      double nextValue = 0;
      double nextAdvantage = 0;
      for (int n = begin + length - 1; n >= begin; n--) {
        double delta = rewards[n] + nextValue - values[n];
        nextAdvantage = delta + lambda * nextAdvantage;
        nextValue = values[n];
        advantages[n] = nextAdvantage;
      }
      begin += length;
    }
    return advantages;
  }

  @Override
  public double[] advantages(double[] rewards, double[] values, Rollout rollout) {
    return of(rewards, values, rollout.lengths(), lambda);
  }
}
