package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Metrics worked by hand.
@ExtendWith(Scoped.class)
class RolloutMetricsTest {

  @Test
  void distinctGramsAreCountedOverTheWholeBatch() {
    var responses = List.of(new int[] {1, 2, 1, 2}, new int[] {2}, new int[] {2, 1});
    // 1-grams: 7, of which 1 and 2. 2-grams: 12, 21, 12, 21, of which two differ.
    assertThat(RolloutMetrics.distinct(responses, 1)).isEqualTo(2.0 / 7);
    assertThat(RolloutMetrics.distinct(responses, 2)).isEqualTo(0.5);
    assertThat(RolloutMetrics.distinct(responses, 5)).isZero();
  }

  @Test
  void explainedVarianceIsOneForExactPredictionsAndZeroForTheMean() {
    double[] returns = {1, 2, 3};
    assertThat(RolloutMetrics.explainedVariance(returns, returns)).isEqualTo(1);
    assertThat(RolloutMetrics.explainedVariance(returns, new double[] {2, 2, 2}))
        .isCloseTo(0, within(1e-12));
    assertThat(RolloutMetrics.explainedVariance(new double[] {2, 2}, new double[] {1, 3})).isZero();
  }

  @Test
  void theRewardIsTheScoreLessTheKlPenalty() {
    var rollout = Toys.rollout(4);
    int n = rollout.tokens();
    var scores =
        new RolloutScores(
            Toys.wave(n, 2, 0.4),
            Toys.wave(n, 2, 1.4),
            Toys.wave(n, 1, 2.2),
            Toys.wave(16, 3, 0.9));
    var advantages = Advantages.of(rollout, scores, 0.3, Toys.settings());
    var responses = RolloutMetrics.ofResponses(rollout, scores);
    var earned = RolloutMetrics.ofAdvantages(rollout, scores, advantages, 0.3);
    double kl = responses.getOrDefault("kl", Double.NaN);
    double score = responses.getOrDefault("score", Double.NaN);
    assertThat(earned.get("kl_reward")).isCloseTo(-0.3 * kl, within(1e-12));
    assertThat(earned.get("reward")).isCloseTo(score - 0.3 * kl, within(1e-12));
    assertThat(responses).containsEntry("eos_rate", 0.5);
    double ended = 0; // every second of the 16 ended
    for (int b = 0; b < 16; b++) {
      ended += rollout.responses().get(b).ended() ? scores.scores()[b] / 8 : 0;
    }
    assertThat(responses.get("score_ended")).isCloseTo(ended, within(1e-12));
    assertThat(responses.get("score_cut")).isCloseTo(2 * score - ended, within(1e-12));
    assertThat(responses.get("response_length")).isEqualTo(n / 16.0);
  }

  @Test
  void updateMetricsCountClippedTokens() {
    // Ratios 1.5, 0.5, 1.5, 0.5 and 1; the first and the last but one advantage push outwards.
    double[] old = new double[5];
    double[] now = {Math.log(1.5), Math.log(0.5), Math.log(1.5), Math.log(0.5), 0};
    double[] weights = {1, 1, -1, -1, 1};
    var scores = new RolloutScores(old, old, old, new double[1]);
    var advantages = new Advantages(old, old, old, weights, old, 0);
    var updateMetrics = new UpdateMetrics();
    updateMetrics.policy(0, now, new IndexRange(0, 5), scores, advantages, Toys.settings());
    updateMetrics.value(now, new IndexRange(0, 5), scores, Toys.settings());
    var result = updateMetrics.result();
    assertThat(result.get("clip_fraction")).isCloseTo(0.4, within(1e-12));
    assertThat(result.get("ratio_mean")).isCloseTo(1, within(1e-12));
    assertThat(result.get("ratio_max")).isCloseTo(1.5, within(1e-12));
    assertThat(Math.abs(result.getOrDefault("ratio_first", 1.0) - 1)).isCloseTo(0.5, within(1e-9));
    assertThat(result.get("value_clip_fraction")).isCloseTo(0.8, within(1e-12));
    double squares = 2 * Math.pow(Math.log(1.5), 2) + 2 * Math.pow(Math.log(0.5), 2);
    assertThat(result.get("approx_kl")).isCloseTo(0.5 * squares / 5, within(1e-12));
  }
}
