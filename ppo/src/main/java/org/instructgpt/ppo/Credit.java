package org.instructgpt.ppo;

/// How the rewards of a batch become the advantages that weigh its updates: by a value network, or
/// by comparing the responses to a prompt with each other.
sealed interface Credit permits Gae, LeaveOneOut, GroupAdvantage {
  /// The advantages (N).
  ///
  /// @param rewards of each response token (N)
  /// @param values predicted before each response token (N); none where no network predicts
  double[] advantages(double[] rewards, double[] values, Rollout rollout);
}
