package org.instructgpt.reward;

import java.util.Arrays;
import java.util.List;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;

/// The shift that makes demonstrations score 0 on average.
///
/// The ranking loss sees differences of rewards only, so where their zero lies is an accident of
/// training. Before reinforcement learning a bias is added, minus the mean reward of the labelers'
/// demonstrations: a reward above 0 then means better than what people wrote, and it means that for
/// every reward model. Only a shift: the scale of the rewards carries the odds of preference
/// (InstructGPT section 3.5 and appendix C.2).
public final class RewardShift {
  private RewardShift() {}

  /// The bias that makes the demonstrations average 0 under this model; the model stays as it is.
  ///
  /// @param demonstrations prompts with the responses that people wrote
  /// @param tokens how many cells (rows times the longest row) go through the network at once
  /// @throws IllegalArgumentException if there are no demonstrations
  public static double bias(ScalarModel model, List<EncodedExample> demonstrations, int tokens) {
    if (demonstrations.isEmpty()) {
      throw new IllegalArgumentException(
          "expected demonstrations to put the reward's zero at, found none: give some");
    }
    double[] rewards = SequenceScorer.longestFirst(tokens).rewards(model, demonstrations);
    return model.bias() - Arrays.stream(rewards).average().orElseThrow();
  }

  /// Shifts the model so that the demonstrations average 0.
  ///
  /// @return the bias it has now
  /// @throws IllegalArgumentException if there are no demonstrations
  public static double apply(ScalarModel model, List<EncodedExample> demonstrations, int tokens) {
    model.setBias(bias(model, demonstrations, tokens));
    return model.bias();
  }
}
