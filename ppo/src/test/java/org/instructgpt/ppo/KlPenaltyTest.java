package org.instructgpt.ppo;

import org.junit.jupiter.api.Test;

/// The KL penalty of each token, by hand.
class KlPenaltyTest {

  @Test
  void rewardsAreTheKlPenaltyOfEachTokenAndTheScoreAtTheLast() {
    // Two responses of 2 and 1 tokens; beta 0.1; scores 5 and -2.
    double[] kl = {1, -3, 0.5};
    Expect.near(
        KlPenalty.rewards(kl, new double[] {5, -2}, new int[] {2, 1}, 0.1),
        new double[] {-0.1, 5.3, -2.05},
        1e-12);
  }

  @Test
  void logRatiosAreThePolicyLessTheReference() {
    Expect.near(
        KlPenalty.logRatios(new double[] {-1, -2}, new double[] {-1.5, -0.5}),
        new double[] {0.5, -1.5},
        1e-12);
  }
}
