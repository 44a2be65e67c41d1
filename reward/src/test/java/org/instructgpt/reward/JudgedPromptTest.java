package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.instructgpt.records.Ranking;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;

/// One prompt is one element, whoever ranked it.
class JudgedPromptTest {
  private static final int[] PROMPT = {7, 8};
  private static final int[] A = {1, 23};
  private static final int[] B = {2, 23};
  private static final int[] C = {3, 23};

  private static TokenizedRanking ranked(String who, List<int[]> completions, Integer... ranks) {
    return new TokenizedRanking("p", PROMPT, completions, List.of(ranks), who);
  }

  @Test
  void whatSeveralLabelersSaidOfAPromptIsOneElementInWhichEachCompletionIsOneRow() {
    var other = new TokenizedRanking("q", PROMPT, List.of(A, B), List.of(1, 2), "ann");
    var elements =
        JudgedPrompt.of(
            List.of(
                ranked("ann", List.of(A, B), 1, 2),
                other,
                ranked("bob", List.of(B, A, C), 1, 2, 3)));

    assertThat(elements).hasSize(2);
    assertThat(elements.get(0).completions()).containsExactly(A, B, C);
    assertThat(elements.get(0).pairs())
        .containsExactly(
            new Ranking.Pair(0, 1), // ann
            new Ranking.Pair(1, 0), // bob disagrees
            new Ranking.Pair(1, 2),
            new Ranking.Pair(0, 2));
    assertThat(elements.get(1).rankings()).containsExactly(other);
  }

  /// Three of four labelers prefer A: the mean of the losses at margin m is (3 log(1 + e^-m) +
  /// log(1
  /// + e^m)) / 4, which is least at m = ln 3.
  @Test
  void theLossOfAPromptIsTheMeanOverThePairsOfAllItsLabelers() {
    var elements =
        JudgedPrompt.of(
            List.of(
                ranked("ann", List.of(A, B), 1, 2),
                ranked("bob", List.of(A, B), 1, 2),
                ranked("cleo", List.of(B, A), 2, 1),
                ranked("dan", List.of(A, B), 2, 1)));
    double m = Math.log(3);
    try (var _ = Scope.open()) {
      var rewards = Tensor.of(new double[] {m, 0}).requireGradient(true);
      var loss = RankingLoss.of(rewards, RankingLoss.Comparisons.of(elements, 1));
      loss.backward();
      assertThat(loss.item()).isCloseTo((3 * Math.log1p(1.0 / 3) + Math.log(4)) / 4, within(1e-12));
      assertThat(rewards.gradient()).isNotNull();
      assertThat(java.util.Objects.requireNonNull(rewards.gradient()).doubles()[0])
          .isCloseTo(0, within(1e-12));
    }
  }

  @Test
  void aStepTakesAPromptWithAllItsRankingsAndAnEpochVisitsItOnce() {
    try (var _ = Scope.open()) {
      var rankings =
          List.of(
              ranked("ann", List.of(A, B), 1, 2),
              ranked("bob", List.of(A, B), 1, 2),
              ranked("cleo", List.of(A, B, C), 3, 2, 1));
      var trainer =
          Toys.trainer(Toys.model(DType.FLOAT32, 1), rankings, Toys.settings(2, 1, 1 << 20));
      assertThat(trainer.prompts()).isOne();
      assertThat(trainer.steps()).isEqualTo(2);
      assertThat(trainer.step(0)).containsEntry("completions", 3.0).containsEntry("pairs", 5.0);
    }
  }

  @Test
  void fewerPromptsThanABatchAreAllTakenInEveryStep() {
    try (var _ = Scope.open()) {
      var rankings = Toys.rankings(5, 2).stream().filter(TokenizedRanking::hasPairs).toList();
      var trainer =
          Toys.trainer(Toys.model(DType.FLOAT32, 1), rankings, Toys.settings(4, 64, 1 << 20));
      assertThat(trainer.steps()).isEqualTo(4);
      for (int step = 0; step < 4; step++) {
        assertThat(trainer.batch(step)).hasSameSizeAs(rankings).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void pairsOfTheSameTokensTrainNothingAndCountInNoAccuracy() {
    var same = ranked("ann", List.of(A, A.clone(), B), 1, 2, 3);
    assertThat(same.equalPairs()).isOne();
    assertThat(same.pairs()).containsExactly(new Ranking.Pair(0, 2), new Ranking.Pair(1, 2));
    assertThat(ranked("ann", List.of(A, A.clone()), 1, 2).hasPairs()).isFalse();
    // The one that is equal would have counted half.
    var report = RewardReport.of(List.of(new ScoredRanking(same, new double[] {2, 2, 1})));
    assertThat(report.pairs()).isEqualTo(2);
    assertThat(report.accuracy().value()).isEqualTo(1);
  }
}
