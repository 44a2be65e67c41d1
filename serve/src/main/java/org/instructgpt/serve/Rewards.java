package org.instructgpt.serve;

import java.util.Arrays;

/// The rewards of answers under a reward model.
///
/// @param rewards of each, in their order
/// @param tokens that were read, of prompts and answers together
public record Rewards(double[] rewards, int tokens) {
  /// Copies the array.
  public Rewards {
    rewards = rewards.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Rewards it && tokens == it.tokens && Arrays.equals(rewards, it.rewards);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(rewards) + tokens;
  }
}
