package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.instructgpt.recipe.Recipe;
import org.junit.jupiter.api.Test;

class StepWorkTest {
  private static final ExperimentSize SIZE = ExperimentSize.SMALL;

  @Test
  void theUnitIsATokenOfTheBaseModelsPretraining() throws IOException {
    var settings = work().pretraining(List.of());
    var tokens = settings.steps() * settings.batchSize() * work().shape(List.of()).context();

    assertThat(work().pretrain(List.of())).isEqualTo(tokens, within(1e-6));
  }

  @Test
  void stepsOfSmallerModelsAreLessWorkAndOfLargerOnesMore() throws IOException {
    double smaller = work().pretrain(SIZE.smaller()) / steps(SIZE.smaller());
    double base = work().pretrain(List.of()) / steps(List.of());
    double larger = work().pretrain(SIZE.larger()) / steps(SIZE.larger());

    assertThat(smaller).isLessThan(base);
    assertThat(larger).isGreaterThan(base);
  }

  @Test
  void workGrowsWithEpochsAndEpisodes() throws IOException {
    assertThat(work().ppo(true, 2)).isEqualTo(2 * work().ppo(true, 1));
    assertThat(work().ppo(true, 1)).isGreaterThan(work().ppo(false, 1));
    double epoch = work().reward(100, 2) - work().reward(100, 1);
    assertThat(work().reward(200, 2) - work().reward(200, 1)).isEqualTo(2 * epoch, within(1e-6));
    assertThat(work().sft()).isGreaterThan(work().supervised(List.of()));
  }

  private static long steps(List<String> shape) throws IOException {
    return work().pretraining(shape).steps();
  }

  private static StepWork work() throws IOException {
    return new StepWork(
        SIZE, Recipe.read(Path.of("src/main/resources/org/instructgpt/experiment/demo.yaml")));
  }
}
