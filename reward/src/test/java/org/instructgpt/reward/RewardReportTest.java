package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;

class RewardReportTest {
  /// Rewards apart by ln 4 and ln 9 mean confidences of 0.8 and 0.9.
  private static final double LN4 = Math.log(4);

  private static final double LN9 = Math.log(9);

  /// Three of four pairs at confidence 0.8 are right, both at 0.9 are. The calibration error is (4
  /// * |0.8 - 0.75| + 2 * |0.9 - 1|) / 6 = 0.4 / 6, the log loss is -(3 ln 0.8 + ln 0.2 + 2 ln 0.9)
  ///   / 6 = (0.6694307 + 1.6094379 + 0.2107210) / 6. (Margins are nudged off the bins' borders.)
  @Test
  void calibrationWorkedByHand() {
    double e = 1e-9;
    var calibration =
        Calibration.of(new double[] {LN4 + e, LN4 + e, -LN4 - e, LN4 + e, LN9 + e, LN9 + e});

    assertThat(calibration.expectedError()).isCloseTo(0.4 / 6, within(1e-8));
    assertThat(calibration.logLoss()).isCloseTo(2.4895896 / 6, within(1e-7));
    assertThat(calibration.bins()).hasSize(2);
    var first = calibration.bins().getFirst();
    assertThat(first.from()).isCloseTo(0.8, within(1e-12));
    assertThat(first.to()).isCloseTo(0.85, within(1e-12));
    assertThat(first.pairs()).isEqualTo(4);
    assertThat(first.confidence()).isCloseTo(0.8, within(1e-8));
    assertThat(first.accuracy()).isEqualTo(0.75);
  }

  @Test
  void certaintyAndIndifferenceFallIntoTheOuterBins() {
    var calibration = Calibration.of(new double[] {0, 100, 100});

    assertThat(calibration.bins()).extracting(Calibration.Bin::pairs).containsExactly(1, 2);
    assertThat(calibration.bins().getFirst().accuracy()).isEqualTo(0.5);
    assertThat(calibration.expectedError()).isCloseTo(0, within(1e-12));
  }

  /// Two prompts, by hand: the first ranking is told wholly right (3 pairs), of the second (1 pair,
  /// one tie left out) the only pair is told wrong. Longer wins: in the first the lengths are 4, 2,
  /// 2 for the ranks 1, 2, 3, so right, right, equal; in the second 1 and 5 for 1 and 2: wrong.
  private static List<ScoredRanking> two() {
    return List.of(
        new ScoredRanking(
            Toys.judged("p", "ann", List.of(1, 2, 3), 4, 2, 2), new double[] {2, 1, 0}),
        new ScoredRanking(Toys.judged("q", "bob", List.of(1, 2), 1, 5), new double[] {-1, 3}));
  }

  @Test
  void theNumbersOfTwoPromptsWorkedByHand() {
    var report = RewardReport.of(two());

    assertThat(report.rankings()).isEqualTo(2);
    assertThat(report.pairs()).isEqualTo(4);
    assertThat(report.accuracy().value()).isEqualTo(0.75);
    assertThat(report.promptAccuracy().value()).isEqualTo(0.5);
    assertThat(report.longerWins().value()).isEqualTo(2.5 / 4);
    assertThat(report.lead().value()).isCloseTo(0.125, within(1e-12));
    assertThat(report.rewards().mean()).isCloseTo(1, within(1e-12));
    assertThat(report.rewards().median()).isCloseTo(1, within(1e-12));
    assertThat(report.rewards().deviation()).isCloseTo(Math.sqrt(2), within(1e-12));
    assertThat(report.rewards().least()).isEqualTo(-1);
    assertThat(report.rewards().quantile05()).isCloseTo(-0.8, within(1e-12));
    assertThat(report.rewards().greatest()).isEqualTo(3);
    assertThat(report.labelers())
        .extracting(RewardReport.ByLabeler::labeler, by -> by.accuracy().value())
        .containsExactly(tuple("ann", 1.0), tuple("bob", 0.0));
    assertThat(report.loss())
        .isCloseTo(
            LoopLoss.loss(
                List.of(new double[] {2, 1, 0}, new double[] {-1, 3}),
                List.of(new int[] {1, 2, 3}, new int[] {1, 2})),
            within(1e-12));
  }

  @Test
  void rewardsOfCompletionsThatEndedAndOfThoseThatWereCutAreReportedApart() {
    var ranked = two().getFirst().ranked();
    var mixed =
        new TokenizedRanking(
            "p",
            ranked.prompt(),
            ranked.completions(),
            ranked.ranks(),
            "ann",
            List.of(true, false, true));
    var report = RewardReport.of(List.of(new ScoredRanking(mixed, new double[] {2, 1, 0})));

    assertThat(report.endings().ended()).isEqualTo(new RewardsByEnding.Kind(2, 1, 1));
    assertThat(report.endings().cut()).isEqualTo(new RewardsByEnding.Kind(1, 1, 0));
    assertThat(report.endings().metrics())
        .containsEntry("reward_ended", 1.0)
        .containsEntry("reward_cut", 1.0)
        .containsEntry("eos_rate", 2.0 / 3);
    assertThat(report.table()).contains("ended by itself 2, mean 1.000; cut off 1, mean 1.000");
    assertThat(RewardReport.of(two()).endings().metrics()).doesNotContainKey("reward_cut");
  }

  @Test
  void correlationIsPearsons() {
    assertThat(RewardReport.correlation(new double[] {1, 2, 3}, new double[] {2, 4, 6}))
        .isCloseTo(1, within(1e-12));
    assertThat(RewardReport.correlation(new double[] {1, 2, 3, 4}, new double[] {1, -1, -1, 1}))
        .isZero();
    assertThat(RewardReport.correlation(new double[] {1, 2}, new double[] {5, 5})).isZero();
  }

  @Test
  void jsonHasSnakeCaseKeys() throws Exception {
    var json = new ObjectMapper().readTree(RewardReport.of(two()).json());

    assertThat(json.at("/prompt_accuracy/value").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/longer_wins/low").isNumber()).isTrue();
    assertThat(json.at("/calibration/log_loss").isNumber()).isTrue();
    assertThat(json.at("/calibration/bins/0/pairs").asInt()).isPositive();
    assertThat(json.at("/labelers/0/labeler").asText()).isEqualTo("ann");
    assertThat(json.at("/rewards/quantile95").isNumber()).isTrue();
  }

  @Test
  void theTableNamesTheRuleBesideTheAccuracy() {
    assertThat(RewardReport.of(two()).table())
        .contains("2 rankings, 4 pairs")
        .contains("accuracy        0.750 [")
        .contains("longer wins     0.625 [")
        .contains("\nann                         3  1.000 [");
  }

  @Test
  void aModelIsMeasuredOnWhatIsNoTie() {
    try (var _ = Scope.open()) {
      var model = Toys.model(DType.FLOAT32, 1);
      var rankings = Toys.rankings(20, 2);

      var report = RewardReport.of(model, rankings, 300);

      assertThat(report.rankings())
          .isEqualTo((int) rankings.stream().filter(TokenizedRanking::hasPairs).count());
      assertThat(report.pairs())
          .isEqualTo(rankings.stream().mapToInt(ranked -> ranked.pairs().size()).sum());
      var ties = List.of(Toys.judged("p", "ann", List.of(1, 1)));
      assertThatThrownBy(() -> RewardReport.of(model, ties, 300))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("hold some out");
    }
  }
}
