package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.TrainerState;
import org.instructgpt.ppo.Settings.Advantage;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// RLOO and GRPO as a whole: without a value network they learn, go on and leave nothing behind.
@Tag("slow")
@ExtendWith(Scoped.class)
class GroupTrainingTest {
  private static final int ITERATIONS = 30;

  private static Ppo trainer(Settings settings) {
    var models = Toys.compared(DType.FLOAT32, Toys::share);
    return new Ppo(models, Toys.data(), settings, Toys.LINEAGE, () -> 0);
  }

  @ParameterizedTest
  @EnumSource(Advantage.class)
  void theRewardRisesAndTheKlPenaltyHoldsThePolicyBack(Advantage kind) {
    var free = run(kind, 0);
    var tied = run(kind, kind == Advantage.GRPO ? 3 : 0.5);
    assertThat(free.firstScore).isLessThan(0.3);
    assertThat(free.lastScore).isGreaterThan(0.8);
    assertThat(tied.lastScore).isLessThan(free.lastScore - 0.1);
    assertThat(tied.lastKl).isLessThan(0.8 * free.lastKl);
  }

  private record Run(double firstScore, double lastScore, double lastKl) {}

  private static Run run(Advantage kind, double klCoefficient) {
    var group = new Settings.Group(kind, 8);
    var settings =
        new Settings(
            ITERATIONS * 64,
            64,
            16,
            16,
            1,
            new Settings.Sampling(1, 8, 64),
            Settings.Rewards.plain(klCoefficient),
            new Settings.Objective(0.2, 0.2, 0.95, Settings.Whitening.NONE, group),
            new Settings.Learning(1e-2, 1e-2, 2, 1, 1e-8, 0.9),
            new Settings.Ptx(0, 1),
            11);
    try (var _ = Scope.open()) {
      var models = Toys.compared(DType.FLOAT32, Toys::share);
      var data = Toys.data(Optional.empty());
      var ppo = new Ppo(models, data, settings, Toys.LINEAGE, () -> 0);
      var first = ppo.step(0);
      var last = first;
      for (int iteration = 1; iteration < ITERATIONS; iteration++) {
        last = ppo.step(iteration);
      }
      return new Run(
          first.getOrDefault("score", Double.NaN),
          last.getOrDefault("score", Double.NaN),
          last.getOrDefault("kl", Double.NaN));
    }
  }

  @ParameterizedTest
  @EnumSource(Advantage.class)
  void anIterationHasItsMetricsAndNoneOfAValueNetwork(Advantage kind) {
    var trainer = trainer(Toys.grouped(kind));
    var metrics = trainer.step(0);
    assertThat(metrics)
        .containsEntry(HealthGates.RATIO_FIRST, 1.0)
        .containsEntry(HealthGates.KL, 0.0)
        .containsEntry("episodes", 16.0)
        .containsKeys("ptx_loss", "grad_norm_ptx", "reward", "advantage_std")
        .doesNotContainKeys(
            "value",
            "explained_variance",
            "value_loss",
            "value_clip_fraction",
            "grad_norm_value",
            "value_learning_rate");
    assertThat(metrics.containsKey("loss_kl")).isEqualTo(kind == Advantage.GRPO);
    assertThat(metrics.containsKey("kl_reward")).isEqualTo(kind == Advantage.RLOO);
    assertThat(metrics.values()).allMatch(Double::isFinite);
    assertThat(trainer.state().tensors().keySet()).noneMatch(name -> name.startsWith("value"));
    assertThat(trainer.evaluate(1)).containsKeys("held_out_score", "held_out_kl");
  }

  @Test
  void everyPromptIsAnsweredAsOftenAsSaidAndDifferently() {
    List<List<Integer>> prompts = new ArrayList<>();
    List<List<Integer>> responses = new ArrayList<>();
    ResponseScorer watched =
        batch -> {
          for (int b = 0; b < batch.rows(); b++) {
            int[] row = batch.row(b);
            int prompt = batch.prompts()[b];
            prompts.add(Arrays.stream(row, 0, prompt).boxed().toList());
            responses.add(Arrays.stream(row, prompt, row.length).boxed().toList());
          }
          return Toys.share(batch);
        };
    var models = Toys.compared(DType.FLOAT32, watched);
    new Ppo(models, Toys.data(), Toys.grouped(Advantage.RLOO), Toys.LINEAGE, () -> 0).step(0);
    var counts = new TreeMap<String, Integer>();
    prompts.forEach(prompt -> counts.merge(prompt.toString(), 1, Integer::sum));
    assertThat(counts.values()).hasSize(4).containsOnly(4); // 16 episodes
    assertThat(responses.stream().distinct().count()).isGreaterThan(8);
  }

  @ParameterizedTest
  @EnumSource(Advantage.class)
  void aResumedRunEndsInTheSameBits(Advantage kind) {
    var settings = Toys.grouped(kind);
    var straight = trainer(settings);
    for (int iteration = 0; iteration < 4; iteration++) {
      straight.step(iteration);
    }
    var first = trainer(settings);
    first.step(0);
    first.step(1);
    var saved = copy(first.state());
    var second = trainer(settings);
    second.restore(saved);
    second.step(2);
    second.step(3);
    var expected = straight.state();
    assertThat(second.state().values()).isEqualTo(expected.values());
    assertThat(second.state().tensors().keySet()).isEqualTo(expected.tensors().keySet());
    second
        .state()
        .tensors()
        .forEach((name, tensor) ->
            assertThat(tensor.sameBits(Objects.requireNonNull(expected.tensors().get(name))))
                .as(name)
                .isTrue());
  }

  private static TrainerState copy(TrainerState state) {
    var tensors = new LinkedHashMap<String, Tensor>();
    state.tensors().forEach((name, tensor) -> tensors.put(name, tensor.copy()));
    return new TrainerState(tensors, state.values().deepCopy());
  }

  @Test
  void tenIterationsLeaveNoNativeObjectBehind() {
    var trainer = trainer(Toys.grouped(Advantage.GRPO));
    trainer.step(0);
    long before = Scope.liveObjects();
    for (int iteration = 1; iteration <= 10; iteration++) {
      trainer.step(iteration);
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void aValueNetworkIsRefusedWhereNothingIsAskedOfItAndMissedWhereSomethingIs() {
    var with = Toys.models(DType.FLOAT32, Toys::share);
    var without = Toys.compared(DType.FLOAT32, Toys::share);
    var grouped = Toys.grouped(Advantage.RLOO);
    assertThatThrownBy(() -> new Ppo(with, Toys.data(), grouped, Toys.LINEAGE, () -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected no value network");
    assertThatThrownBy(() -> new Ppo(without, Toys.data(), Toys.settings(), Toys.LINEAGE, () -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a value network, found none");
  }
}
