package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void aCosineFallsFromItsPeakToItsFloor() {
    var schedule = Schedule.cosine(2, 0.1, 11);
    assertThat(schedule.at(0)).isEqualTo(2);
    assertThat(schedule.at(5)).isCloseTo(1.1, within(1e-12)); // half way, half the fall
    assertThat(schedule.at(2))
        .isCloseTo(0.2 + 1.8 * (1 + Math.cos(0.2 * Math.PI)) / 2, within(1e-12));
    assertThat(schedule.at(10)).isCloseTo(0.2, within(1e-12));
    assertThat(schedule.at(1000)).isCloseTo(0.2, within(1e-12));
    for (int step = 1; step < 11; step++) {
      assertThat(schedule.at(step)).isLessThan(schedule.at(step - 1));
    }
  }

  @Test
  void aCosineOfOneStepIsItsPeak() {
    assertThat(Schedule.cosine(3, 0.1, 1).at(0)).isEqualTo(3);
  }

  @Test
  void warmingUpRisesInALineToTheScheduleItself() {
    var schedule = Schedule.constant(4).warmedUp(10, 0.1);
    assertThat(schedule.at(0)).isCloseTo(0.4, within(1e-12));
    assertThat(schedule.at(5)).isCloseTo(4 * 0.55, within(1e-12));
    assertThat(schedule.at(9)).isCloseTo(4 * 0.91, within(1e-12));
    assertThat(schedule.at(10)).isEqualTo(4);
    assertThat(schedule.at(11)).isEqualTo(4);
    var cosine = Schedule.cosine(1, 0, 5);
    assertThat(cosine.warmedUp(4, 0).at(2)).isCloseTo(cosine.at(2) / 2, within(1e-12));
    assertThat(cosine.warmedUp(0, 0).at(0)).isEqualTo(1);
  }

  @Test
  void impossibleSchedulesAreRefused() {
    assertThatThrownBy(() -> Schedule.cosine(1, 0.1, 0)).hasMessageContaining("at least 1 step");
    assertThatThrownBy(() -> Schedule.cosine(1, 1.1, 5)).hasMessageContaining("share in [0, 1]");
    assertThatThrownBy(() -> Schedule.constant(1).warmedUp(-1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not be negative");
  }
}
