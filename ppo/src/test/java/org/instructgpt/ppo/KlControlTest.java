package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.instructgpt.ppo.Settings.Rewards;
import org.junit.jupiter.api.Test;

/// The steering of the KL coefficient, by hand.
class KlControlTest {
  private static final Rewards STEERED = new Rewards(0.2, 6.0, 1000, 0, null, null, false);

  @Test
  void aKlAboveTheTargetRaisesTheCoefficient() {
    // Error 6.6 / 6 - 1 = 0.1 over 100 of 1000 episodes: 1% more.
    assertThat(KlControl.next(0.2, 6.6, 100, STEERED)).isCloseTo(0.202, within(1e-12));
  }

  @Test
  void aKlBelowTheTargetLowersTheCoefficient() {
    assertThat(KlControl.next(0.2, 5.4, 100, STEERED)).isCloseTo(0.198, within(1e-12));
  }

  @Test
  void theErrorIsLimitedToAFifth() {
    assertThat(KlControl.next(0.2, 60, 100, STEERED)).isCloseTo(0.204, within(1e-12));
    assertThat(KlControl.next(0.2, -60, 100, STEERED)).isCloseTo(0.196, within(1e-12));
  }

  @Test
  void withoutATargetTheCoefficientStays() {
    assertThat(KlControl.next(0.2, 60, 100, Rewards.plain(0.2))).isEqualTo(0.2);
  }
}
