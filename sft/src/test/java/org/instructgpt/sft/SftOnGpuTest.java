package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.instructgpt.model.Gpt;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.OnGpu;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Supervised fine-tuning on an accelerator.
@OnGpu
@ExtendWith(Scoped.class)
class SftOnGpuTest {
  private static Sft sft(Precision precision, Device device, double dropout) {
    var gpt = new Gpt(Small.CONFIG, precision, device);
    gpt.initialize(new Randomness(1));
    return Small.sft(gpt, Small.data(12), Small.settings(6, 2, dropout, 0.2));
  }

  @Test
  void stepsWithoutDropoutAreThoseOfTheProcessor() {
    var here = sft(Precision.FULL, Device.CPU, 0);
    var there = sft(Precision.FULL, OnGpu.DEVICE, 0);
    for (int step = 0; step < 3; step++) {
      var expected = here.step(step);
      there
          .step(step)
          .forEach((name, value) ->
              assertThat(value).as(name).isCloseTo(expected.get(name), within(1e-3)));
    }
    var expected = here.evaluate(3);
    assertThat(there.evaluate(3).get("validation_loss"))
        .isCloseTo(expected.get("validation_loss"), within(1e-3));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void itLearnsWithDropoutAndAStepCanBeRepeated(Precision precision) {
    var sft = sft(precision, OnGpu.DEVICE, 0.2);
    double first = sft.step(0).get("loss");
    assertThat(sft(precision, OnGpu.DEVICE, 0.2).step(0).get("loss"))
        .isCloseTo(first, within(1e-6));
    for (int step = 1; step < sft.steps(); step++) {
      assertThat(sft.step(step).values()).allMatch(Double::isFinite);
    }
    assertThat(sft.evaluate(sft.steps()).get("validation_loss")).isLessThan(first);
  }
}
