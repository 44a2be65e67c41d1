package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.instructgpt.model.GptConfig;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;

/// Trainings fitted into a given memory.
class MemoryPlanTest {
  private static final GptConfig SHAPE = BenchmarkSize.named("D").shape();

  private static MemoryPlan.Fit fit(String section, double memory) {
    var recipe = Recipe.none().with(List.of("batch_size=64"), "ppo");
    return new MemoryPlan(recipe, SHAPE, Precision.FULL, DataLengths.paper())
        .fit(section, MemorySaving.NONE, memory, Device.CPU);
  }

  /// What a plan counts for a fit.
  private static double counted(String section, MemoryPlan.Fit fit) {
    var recipe = Recipe.none().with(List.of("batch_size=64"), "ppo").with(fit.settings(), section);
    return Plan.of(
            recipe,
            SHAPE,
            Precision.FULL,
            fit.saving(),
            DataLengths.paper(),
            PlanMachine.here(1e12, 1e12))
        .stages()
        .stream()
        .filter(stage -> stage.name().equals(section))
        .findFirst()
        .orElseThrow()
        .memoryTotal();
  }

  @Test
  void whatIsChosenFitsAndIsTold() {
    for (var section : List.of("pretrain", "sft", "supervised", "reward", "ppo", "dpo")) {
      for (double memory : new double[] {12e9, 14e9, 40e9}) {
        var fit = fit(section, memory);
        assertThat(counted(section, fit)).as(section).isLessThanOrEqualTo(memory / 1.15);
        assertThat(fit.words()).contains(section, Bytes.words(memory), fit.settings().getFirst());
      }
    }
  }

  @Test
  void moreMemoryMeansMoreRows() {
    assertThat(fit("sft", 40e9).settings()).isNotEqualTo(fit("sft", 5e9).settings());
    assertThat(fit("sft", 40e9).saving()).isEqualTo(MemorySaving.NONE);
  }

  @Test
  void activationsAreComputedAgainWhereNotOneRowFits() {
    double one = 0;
    for (double memory = 20e9; one == 0; memory *= 0.98) {
      if (fit("pretrain", memory).saving().recompute()) {
        one = memory;
      }
    }
    assertThat(fit("pretrain", one).words()).endsWith(" and --recompute-activations");
    assertThat(fit("pretrain", one / 0.98).settings())
        .containsExactly("pretrain.micro_batch_size=1");
  }

  @Test
  void whatDoesNotFitIsRefusedWithWhatItNeeds() {
    assertThatThrownBy(() -> fit("ppo", 1e9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "--memory", "ppo does not fit into 1.00 GB of memory, 15% to spare", "it needs");
  }
}
