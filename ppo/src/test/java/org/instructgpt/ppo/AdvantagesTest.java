package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import org.instructgpt.ppo.Settings.Rewards;
import org.instructgpt.ppo.Settings.Whitening;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rewards, advantages and whitening against plain loops and by hand.
@ExtendWith(Scoped.class)
class AdvantagesTest {

  @Test
  void advantagesAreThoseWorkedByHand() {
    // One response: rewards 1, 0, 2; values 3, 1, 4; lambda 1/2.
    // Deltas: 1 + 1 - 3 = -1;  0 + 4 - 1 = 3;  2 + 0 - 4 = -2.
    // Backwards: -2;  3 + (-2)/2 = 2;  -1 + 2/2 = 0.
    double[] rewards = {1, 0, 2};
    double[] values = {3, 1, 4};
    Expect.near(Gae.of(rewards, values, new int[] {3}, 0.5), new double[] {0, 2, -2}, 1e-12);
  }

  @Test
  void atLambdaOneTheReturnIsWhatTheResponseEarnsFromThereOn() {
    double[] rewards = {1, 0, 2, 7};
    double[] values = {3, 1, 4, 9};
    double[] advantages = Gae.of(rewards, values, new int[] {3, 1}, 1);
    Expect.near(plus(advantages, values), new double[] {3, 2, 2, 7}, 1e-12);
  }

  @Test
  void advantagesOfARowDoNotDependOnItsNeighbours() {
    int[] lengths = {2, 3, 1};
    double[] rewards = {1, 2, 3, 4, 5, 6};
    double[] values = {6, 1, 5, 2, 4, 3};
    double[] clean = Gae.of(rewards, values, lengths, 0.95);
    double[] poisonedRewards = {1e30, 1e30, 3, 4, 5, 1e30};
    double[] poisonedValues = {1e30, Double.NaN, 5, 2, 4, Double.NaN};
    double[] poisoned = Gae.of(poisonedRewards, poisonedValues, lengths, 0.95);
    assertThat(new IndexRange(2, 5).of(poisoned)).containsExactly(new IndexRange(2, 5).of(clean));
  }

  @ParameterizedTest
  @EnumSource(Whitening.class)
  void advantagesAreThoseOfPlainLoops(Whitening whitening) {
    var rollout = Toys.rollout(3);
    int[] lengths = rollout.lengths();
    var scores = scores(rollout);
    var settings = settings(whitening, Rewards.plain(0.3));
    var advantages = Advantages.of(rollout, scores, 0.3, settings);

    var values = Loops.rows(scores.values(), lengths);
    var rewards =
        Loops.rewards(
            Loops.rows(scores.logProbs(), lengths),
            Loops.rows(scores.reference(), lengths),
            scores.scores(),
            0.3);
    var expected = Loops.gae(rewards, values, 0.95);
    var returns = plus(Loops.flat(expected), scores.values());
    Expect.near(advantages.rewards(), Loops.flat(rewards), 1e-12);
    Expect.near(advantages.raw(), Loops.flat(expected), 1e-12);
    Expect.near(advantages.returns(), returns, 1e-12);
    whiten(expected, whitening, false);
    Expect.near(advantages.advantages(), Loops.flat(expected), 1e-10);
  }

  @ParameterizedTest
  @EnumSource(names = {"MINIBATCH", "BATCH"})
  void whitenedRewardsKeepTheirMean(Whitening whitening) {
    var rollout = Toys.rollout(3);
    int[] lengths = rollout.lengths();
    var scores = scores(rollout);
    var settings =
        settings(whitening, new Rewards(0.3, null, 10_000, 0, null, null, /* whiten= */ true));
    var rewards =
        Loops.rewards(
            Loops.rows(scores.logProbs(), lengths),
            Loops.rows(scores.reference(), lengths),
            scores.scores(),
            0.3);
    whiten(rewards, whitening, true);
    Expect.near(
        Advantages.of(rollout, scores, 0.3, settings).rewards(), Loops.flat(rewards), 1e-10);
  }

  @Test
  void whiteningOneTokenGivesZero() {
    double[] one = {4};
    Whitener.centred(one, new IndexRange(0, 1));
    assertThat(one).containsExactly(0);
  }

  @Test
  void aResponseWithoutEndOfTextIsPenalisedOrGetsTheFixedScore() {
    var rollout = Toys.rollout(4); // every other response ended itself
    double[] plain = new double[16];
    java.util.Arrays.fill(plain, 3);
    var fined = new Rewards(0, null, 1, 0.5, null, null, false);
    var fixed = new Rewards(0, null, 1, 0, -1.0, null, false);
    for (int b = 0; b < 16; b++) {
      boolean ended = rollout.responses().get(b).ended();
      assertThat(Advantages.scores(plain, rollout, fined)[b]).isEqualTo(ended ? 3 : 2.5);
      assertThat(Advantages.scores(plain, rollout, fixed)[b]).isEqualTo(ended ? 3 : -1);
    }
  }

  @Test
  void scoresAreClippedIfAskedFor() {
    var rollout = Toys.rollout(4);
    double[] plain = Toys.wave(16, 5, 0.1);
    var clipped = new Rewards(0, null, 1, 0, null, 2.0, false);
    for (int b = 0; b < 16; b++) {
      assertThat(Advantages.scores(plain, rollout, clipped)[b])
          .isEqualTo(Math.max(-2, Math.min(2, plain[b])));
    }
  }

  private static RolloutScores scores(Rollout rollout) {
    int n = rollout.tokens();
    return new RolloutScores(
        Toys.wave(n, 2, 0.4), Toys.wave(n, 2, 1.4), Toys.wave(n, 1, 2.2), Toys.wave(16, 3, 0.9));
  }

  private static Settings settings(Whitening whitening, Rewards rewards) {
    var s = Toys.settings();
    return new Settings(
        s.episodes(),
        s.batchSize(),
        s.minibatchSize(),
        s.microBatchSize(),
        s.innerEpochs(),
        s.sampling(),
        rewards,
        new Settings.Objective(0.2, 0.2, 0.95, whitening),
        s.learning(),
        s.ptx(),
        s.seed());
  }

  private static void whiten(double[][] rows, Whitening whitening, boolean keepMean) {
    int group =
        switch (whitening) {
          case NONE -> 0;
          case MINIBATCH -> 4;
          case BATCH -> 16;
        };
    for (int from = 0; group > 0 && from < 16; from += group) {
      Loops.whiten(rows, from, from + group, keepMean);
    }
  }

  private static double[] plus(double[] a, double[] b) {
    var sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }
}
