package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// PPO learns a task whose best answer is known: nothing but the rewarded token.
@Tag("slow")
class LearningTest {
  private static final int ITERATIONS = 30;

  @Test
  void theRewardRisesAndTheKlPenaltyHoldsThePolicyBack() {
    var free = run(0, 0);
    var held = run(0.05, 0);
    var tied = run(0.5, 0);
    assertThat(free.firstScore()).isLessThan(0.3);
    assertThat(free.lastScore()).isGreaterThan(0.8);
    assertThat(held.lastScore()).isBetween(free.firstScore() + 0.1, free.lastScore());
    assertThat(tied.lastScore()).isLessThan(held.lastScore());
    assertThat(held.lastKl()).isBetween(2 * tied.lastKl(), 0.8 * free.lastKl());
  }

  @Test
  void withPretrainingGradientsThePolicyLearnsTheTextAndTheTask() {
    var mixed = run(0, 1);
    assertThat(mixed.lastScore()).isGreaterThan(mixed.firstScore() + 0.3);
    assertThat(mixed.lastTextLoss()).isLessThan(0.5 * mixed.firstTextLoss());
  }

  /// How a run began and ended.
  private record Run(
      double firstScore,
      double lastScore,
      double lastKl,
      double firstTextLoss,
      double lastTextLoss) {}

  private static Run run(double klCoefficient, double gamma) {
    var settings =
        new Settings(
            ITERATIONS * 64,
            64,
            16,
            16,
            1,
            new Settings.Sampling(1, 8, 64),
            Settings.Rewards.plain(klCoefficient),
            new Settings.Objective(0.2, 0.2, 0.95, Settings.Whitening.MINIBATCH),
            new Settings.Learning(1e-2, 1e-2, 2, 1, 1e-8, 0.9),
            new Settings.Ptx(gamma, 1),
            11);
    try (var _ = Scope.open()) {
      var data = Toys.data(Optional.of(Toys.corpus(16)));
      var ppo =
          new Ppo(Toys.models(DType.FLOAT32, Toys::share), data, settings, Toys.LINEAGE, () -> 0);
      var first = ppo.step(0);
      var last = first;
      for (int iteration = 1; iteration < ITERATIONS; iteration++) {
        last = ppo.step(iteration);
      }
      return new Run(
          first.getOrDefault("score", Double.NaN),
          last.getOrDefault("score", Double.NaN),
          last.getOrDefault("kl", Double.NaN),
          first.getOrDefault("ptx_loss", Double.NaN),
          last.getOrDefault("ptx_loss", Double.NaN));
    }
  }
}
