package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.instructgpt.model.GptConfig.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The presets, and the ranges of the settings.
class SettingsTest {

  @ParameterizedTest
  @EnumSource(Size.class)
  void thePresetsAreThePapers(Size size) {
    var settings = Settings.paper(size);
    assertThat(settings.iterations()).isEqualTo(500); // docs/specification.md 7.3
    assertThat(settings.iterations() * settings.updates()).isEqualTo(4000);
    assertThat(settings.reward()).isEqualTo(Settings.Rewards.plain(0.02));
    assertThat(settings.ptx()).isEqualTo(new Settings.Ptx(27.8, 8));
    assertThat(settings.objective().gaeLambda()).isEqualTo(0.95);
    assertThat(settings.learning().emaDecay()).isEqualTo(0.992);
    assertThat(settings.learning().valueLearningRate()).isEqualTo(size == Size.B175 ? 5e-6 : 9e-6);
    assertThat(settings.learning().warmupIterations()).isEqualTo(10);
  }

  @Test
  void aBatchThatDoesNotSplitEvenlyIsRefused() {
    var s = Toys.settings();
    assertThatThrownBy(() ->
            new Settings(
                64, 15, 4, 2, 1, s.sampling(), s.reward(), s.objective(), s.learning(), s.ptx(), 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch_size: expected a multiple of the minibatch's 4, found 15");
  }

  @Test
  void whiteningRewardsOverNothingIsRefused() {
    var s = Toys.settings();
    var whitened = new Settings.Rewards(0.1, null, 1, 0, null, null, true);
    var none = new Settings.Objective(0.2, 0.2, 0.95, Settings.Whitening.NONE);
    assertThatThrownBy(() ->
            new Settings(64, 16, 4, 2, 1, s.sampling(), whitened, none, s.learning(), s.ptx(), 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reward.whiten");
  }

  @Test
  void oneResponseHasNothingToBeComparedWith() {
    assertThatThrownBy(() -> new Settings.Group(Settings.Advantage.RLOO, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("samples: expected at least 2, to compare them with each other, found 1");
  }

  @Test
  void aComparedBatchHasWholeGroupsAndNoWhitening() {
    var s = Toys.settings();
    var three = new Settings.Group(Settings.Advantage.GRPO, 3);
    var objective = new Settings.Objective(0.2, 0.2, 0.95, Settings.Whitening.NONE, three);
    assertThatThrownBy(() ->
            new Settings(
                64, 16, 4, 2, 1, s.sampling(), s.reward(), objective, s.learning(), s.ptx(), 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch_size: expected a multiple of objective.group.samples, 3, found 16");
    assertThatThrownBy(
            () -> new Settings.Objective(0.2, 0.2, 0.95, Settings.Whitening.MINIBATCH, three))
        .hasMessageContaining("whitening: expected none where objective.group");
  }

  @Test
  void numbersOutOfRangeAreRefusedByName() {
    assertThatThrownBy(() -> new Settings.Sampling(0, 8, 1)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new Settings.Ptx(-1, 8)).hasMessageContaining("coefficient");
    assertThatThrownBy(() -> Settings.Rewards.plain(Double.NaN))
        .hasMessageContaining("kl_coefficient");
    assertThatThrownBy(() -> new Settings.Objective(0.2, 0.2, 1.5, Settings.Whitening.NONE))
        .hasMessageContaining("gae_lambda");
    assertThatThrownBy(() -> new Settings.Learning(1e-5, 1e-5, 1, 1, 1e-8, 1))
        .hasMessageContaining("ema_decay");
  }
}
