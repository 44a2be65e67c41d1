package org.instructgpt.dpo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.instructgpt.dpo.PreferenceLoss.Compared;
import org.instructgpt.records.Ranking.Pair;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The losses of pairs and their slopes, worked by hand.
@ExtendWith(Scoped.class)
class PreferenceLossTest {
  // Log-ratios of three completions of one prompt and two of another: 2, 0, -1; 1, 4.
  // Pairs: 0 over 1, 0 over 2 (margins 2 and 3); 0 over 1 (margin 1 - 4 = -3).
  // Weights: 1/2 of a half each, and a half.
  private static final double[] LOG_RATIOS = {2, 0, -1, 1, 4};
  private static final List<Preferences> BATCH =
      List.of(prompt(3, new Pair(0, 1), new Pair(0, 2)), prompt(2, new Pair(0, 1)));

  private static Preferences prompt(int k, Pair... pairs) {
    var completions = java.util.stream.IntStream.range(0, k).mapToObj(i -> new int[] {i}).toList();
    return new Preferences(new int[] {1}, completions, List.of(pairs));
  }

  /// The loss by its tensor, and the slope by each log-ratio.
  private record Found(double loss, double[] slope) {
    static Found of(PreferenceLoss which) {
      var logRatios = Tensor.of(LOG_RATIOS, 5).requireGradient(true);
      var loss = which.of(logRatios, Compared.of(BATCH, 2));
      loss.backward();
      return new Found(loss.item(), requireNonNull(logRatios.gradient()).doubles());
    }
  }

  @Test
  void theLossIsThatOfTheMarginsWorkedByHand() {
    // beta 1/2: scaled margins 1, 1.5, -1.5. -log sigmoid: 0.31326169, 0.20141328, 1.70141328.
    // (0.31326169 + 0.20141328) / 4 + 1.70141328 / 2 = 0.97937538.
    var found = Found.of(new PreferenceLoss(0.5, 0, false));
    assertThat(found.loss).isCloseTo(0.97937538, within(1e-8));
    // Slopes, -beta sigmoid(-scaled): sigmoid(-1) = 0.26894142, sigmoid(-1.5) = 0.18242552,
    // sigmoid(1.5) = 0.81757448; halved, and weighted by 1/4, 1/4, 1/2:
    // 0.03361768, 0.02280319, 0.20439362.
    assertThat(found.slope)
        .containsExactly(
            new double[] {-0.05642087, 0.03361768, 0.02280319, -0.20439362, 0.20439362},
            within(1e-8));
  }

  @Test
  void smoothingMixesInTheLossOfTheOtherDirection() {
    // With e = 0.1 each loss is 0.9 of itself and 0.1 of that of minus the margin, which is the
    // margin more: 0.31326169 + 0.1 = 0.41326169; 0.20141328 + 0.15; 1.70141328 - 0.15.
    // (0.41326169 + 0.35141328) / 4 + 1.55141328 / 2 = 0.96687538.
    assertThat(Found.of(new PreferenceLoss(0.5, 0.1, false)).loss)
        .isCloseTo(0.96687538, within(1e-8));
  }

  @Test
  void theSquaredLossWantsTheMarginAtHalfTheInverseOfBeta() {
    // beta 1/4: the margin should be 2. Squares: 0, 1, 25; 1/4 + 25/2 = 12.75.
    // Slopes 2 (h - 2): 0, 2, -10, times 1/4, 1/4, 1/2.
    var found = Found.of(new PreferenceLoss(0.25, 0, true));
    assertThat(found.loss).isEqualTo(12.75);
    assertThat(found.slope).containsExactly(0.5, 0, -0.5, -5, 5);
  }

  @Test
  void theLossOfAPairIsThatOfTheTensor() {
    for (var loss :
        List.of(
            new PreferenceLoss(0.5, 0, false),
            new PreferenceLoss(0.3, 0.2, false),
            new PreferenceLoss(0.1, 0, true))) {
      double expected = (loss.ofPair(2) + loss.ofPair(3)) / 4 + loss.ofPair(-3) / 2;
      assertThat(Found.of(loss).loss).isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void hugeMarginsDoNotOverflow() {
    var loss = new PreferenceLoss(1, 0, false);
    assertThat(loss.ofPair(-1e4)).isEqualTo(1e4);
    assertThat(loss.ofPair(1e4)).isZero();
    assertThat(loss.ofPair(0)).isEqualTo(Math.log(2));
  }
}
