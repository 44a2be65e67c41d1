package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.instructgpt.model.GptConfig.Size;
import org.junit.jupiter.api.Test;

class SftSettingsTest {
  @Test
  void presetsAreThePapersNumbers() {
    assertThat(Sft.Settings.paper(Size.XL))
        .isEqualTo(new Sft.Settings(16, 32, 9.65e-6, 0.1, 0, 0.2, 0, 0, 1, 1024, 1, 8));
    assertThat(Sft.Settings.paper(Size.B6).learningRate()).isEqualTo(9.65e-6);
    assertThat(Sft.Settings.paper(Size.B175))
        .isEqualTo(new Sft.Settings(16, 8, 5.03e-6, 0.1, 0, 0.2, 0, 0, 1, 1024, 1, 1));
    assertThat(Sft.Settings.supervised(Size.XL))
        .isEqualTo(new Sft.Settings(2, 32, 5e-6, 0.1, 0, 0.2, 0.1, 0, 1, 1024, 1, 8));
    assertThat(Sft.Settings.supervised(Size.B6).learningRate()).isEqualTo(1.04e-5);
    assertThat(Sft.Settings.supervised(Size.B175).learningRate()).isEqualTo(2.45e-6);
    assertThat(Sft.Settings.supervised(Size.XL).windows(32)).isEqualTo(4); // 32/9, rounded
  }

  @Test
  void theLearningRateFallsFromTheFirstStepToATenthAtTheLast() {
    var schedule = Sft.Settings.paper(Size.XL).schedule(6363);
    assertThat(schedule.at(0)).isEqualTo(9.65e-6);
    assertThat(schedule.at(6362)).isCloseTo(9.65e-7, within(1e-18));
    var warm = Small.settings(4, 4, 0, 0).schedule(10); // two steps of warm-up
    assertThat(warm.at(0)).isCloseTo(5e-3, within(1e-12));
    assertThat(warm.at(2)).isLessThan(1e-2).isGreaterThan(8e-3);
  }

  @Test
  void settingsOutOfRangeAreRefusedByTheirKey() {
    assertThatThrownBy(() -> new Sft.Settings(2, 4, 1e-2, 0.1, 0, 1, 0, 0, 1, 8, 7, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("residual_dropout: expected a share from 0 to less than 1, found 1.0");
    assertThatThrownBy(() -> new Sft.Settings(2, 4, Double.NaN, 0.1, 0, 0, 0, 0, 1, 8, 7, 4))
        .hasMessage("learning_rate: expected a positive number, found NaN");
    assertThatThrownBy(() -> new Sft.Settings(2, 4, 1, 0.1, 0, 0, 0, 0, 1, 8, 7, 0))
        .hasMessage("micro_batch_size: expected a whole number of at least 1, found 0");
  }
}
