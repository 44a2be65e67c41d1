package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.torch.OnGpu;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// PPO-ptx on an accelerator.
@OnGpu
@ExtendWith(Scoped.class)
class PpoOnGpuTest {
  private static final GptConfig CONFIG = GptConfig.small(2, 64, 2, 24, 300);

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theFirstRatioIsOneToTheBitInEveryIteration(Precision precision) {
    var policy = new Gpt(CONFIG, precision, OnGpu.DEVICE);
    policy.initialize(new Randomness(1));
    var reward = new ScalarModel(CONFIG, precision, OnGpu.DEVICE);
    reward.initializeFrom(policy, new Randomness(2));
    var ppo =
        new Ppo(
            PpoModels.start(policy, reward),
            Toys.data(),
            Toys.settings(),
            Toys.LINEAGE,
            System::nanoTime);
    for (int iteration = 0; iteration < 3; iteration++) {
      var metrics = ppo.step(iteration);
      assertThat(metrics).containsEntry(HealthGates.RATIO_FIRST, 1.0);
      assertThat(metrics.get("ratio_max")).isGreaterThan(1);
      assertThat(metrics.get("grad_norm_ptx")).isPositive();
      assertThat(metrics.values()).allMatch(Double::isFinite);
      if (iteration == 0) {
        assertThat(metrics).containsEntry(HealthGates.KL, 0.0);
      }
    }
  }
}
