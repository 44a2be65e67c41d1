package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.instructgpt.ppo.Settings.Advantage;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Advantages by comparing responses, by hand and against plain loops.
@ExtendWith(Scoped.class)
class GroupAdvantagesTest {
  // Two prompts, three responses each, in a shuffled order: 1, 2, 6 and 4, 7, 7.
  private static final double[] REWARDS = {1, 4, 2, 7, 6, 7};
  private static final int[] GROUPS = {0, 1, 0, 1, 0, 1};

  @Test
  void leaveOneOutIsTheDistanceFromTheMeanOfTheOthersWorkedByHand() {
    // 1 - (2 + 6)/2 = -3;  2 - (1 + 6)/2 = -1.5;  6 - (1 + 2)/2 = 4.5.
    // 4 - 7 = -3;  7 - (4 + 7)/2 = 1.5, twice.
    Expect.near(LeaveOneOut.of(REWARDS, GROUPS), new double[] {-3, -3, -1.5, 1.5, 4.5, 1.5}, 1e-12);
  }

  @Test
  void theGroupsAdvantageIsTheDistanceFromTheMeanInDeviationsWorkedByHand() {
    // 1, 2, 6: mean 3, variance (4 + 1 + 9)/3 = 14/3, deviation 2.1602469: -0.9258201, -0.4629100,
    // 1.3887301. 4, 7, 7: mean 6, variance (4 + 1 + 1)/3 = 2, deviation 1.4142136: -1.4142136,
    // 0.7071068 twice.
    Expect.near(
        GroupAdvantage.of(REWARDS, GROUPS),
        new double[] {-0.9258201, -1.4142136, -0.4629100, 0.7071068, 1.3887301, 0.7071068},
        1e-7);
  }

  @Test
  void twoResponsesAreComparedWithEachOtherAlone() {
    double[] rewards = {3, 1};
    int[] groups = {0, 0};
    assertThat(LeaveOneOut.of(rewards, groups)).containsExactly(2, -2);
    Expect.near(GroupAdvantage.of(rewards, groups), new double[] {1, -1}, 1e-7);
  }

  @Test
  void equalRewardsGiveAdvantagesOfExactlyZero() {
    // The mean of three times 0.1 is not 0.1 in binary, and a deviation of rounding would make it
    // an advantage of one.
    double[] rewards = {0.1, 0.1, 0.1, -7, -7, -7};
    int[] groups = {0, 0, 0, 1, 1, 1};
    assertThat(LeaveOneOut.of(rewards, groups)).containsOnly(0);
    assertThat(GroupAdvantage.of(rewards, groups)).containsOnly(0);
  }

  @Test
  void groupsDoNotSeeEachOther() {
    double[] clean = LeaveOneOut.of(REWARDS, GROUPS);
    double[] normalised = GroupAdvantage.of(REWARDS, GROUPS);
    double[] poisoned = REWARDS.clone();
    poisoned[1] = 1e30;
    poisoned[3] = Double.NaN;
    for (int b : new int[] {0, 2, 4}) {
      assertThat(LeaveOneOut.of(poisoned, GROUPS)[b]).isEqualTo(clean[b]);
      assertThat(GroupAdvantage.of(poisoned, GROUPS)[b]).isEqualTo(normalised[b]);
    }
  }

  @ParameterizedTest
  @EnumSource(Advantage.class)
  void everyTokenHasTheAdvantageOfItsResponse(Advantage kind) {
    var rollout = Toys.rollout(3);
    int n = rollout.tokens();
    var scores =
        new RolloutScores(
            Toys.wave(n, 2, 0.4), Toys.wave(n, 2, 1.4), new double[0], Toys.wave(16, 3, 0.9));
    var found = Advantages.of(rollout, scores, 0.3, Toys.grouped(kind));

    double[][] now = Loops.rows(scores.logProbs(), rollout.lengths());
    double[][] reference = Loops.rows(scores.reference(), rollout.lengths());
    var expected = new double[16][];
    for (int b = 0; b < 16; b++) {
      expected[b] = new double[now[b].length];
      Arrays.fill(expected[b], advantage(kind, b, rollout, now, reference, scores.scores()));
    }
    Expect.near(found.raw(), Loops.flat(expected), 1e-7);
    assertThat(found.advantages()).containsExactly(found.raw());
    assertThat(found.returns()).isEmpty();
    assertThat(found.lossPenalty()).isEqualTo(kind == Advantage.GRPO ? 0.3 : 0);
  }

  /// One response's by the definition.
  private static double advantage(
      Advantage kind,
      int b,
      Rollout rollout,
      double[][] now,
      double[][] reference,
      double[] scores) {
    double sum = 0;
    double others = 0;
    double squares = 0;
    for (int other = 0; other < 16; other++) {
      if (rollout.responses().get(other).group() == rollout.responses().get(b).group()) {
        double reward =
            kind == Advantage.GRPO ? scores[other] : reward(other, now, reference, scores);
        sum += reward;
        squares += reward * reward;
        others += other == b ? 0 : reward;
      }
    }
    if (kind == Advantage.RLOO) {
      return reward(b, now, reference, scores) - others / 3;
    }
    double mean = sum / 4;
    return (scores[b] - mean) / Math.sqrt(squares / 4 - mean * mean);
  }

  /// The score less the KL penalty of the whole response.
  private static double reward(int b, double[][] now, double[][] reference, double[] scores) {
    double kl = Arrays.stream(now[b]).sum() - Arrays.stream(reference[b]).sum();
    return scores[b] - 0.3 * kl;
  }

  @Test
  void thePenaltiesOfTheScoreComeFirst() {
    var s = Toys.grouped(Advantage.RLOO);
    var fined =
        new Settings(
            64,
            16,
            4,
            2,
            1,
            s.sampling(),
            new Settings.Rewards(0, null, 1, 2, null, null, false),
            s.objective(),
            s.learning(),
            s.ptx(),
            7);
    var rollout = Toys.rollout(4);
    int n = rollout.tokens();
    var scores = new RolloutScores(new double[n], new double[n], new double[0], new double[16]);
    double[] found = rollout.toResponses(Advantages.of(rollout, scores, 0, fined).raw());
    // Of each four two ended and have 0; two did not and have -2: others' means -4/3 and -2/3.
    for (int b = 0; b < 16; b++) {
      var response = rollout.responses().get(b);
      double expected = response.ended() ? 4.0 / 3 : -2 + 2.0 / 3;
      assertThat(found[b]).isCloseTo(expected * response.tokens().length, within(1e-12));
    }
  }
}
