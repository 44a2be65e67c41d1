package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScaleTest {

  @Test
  void flagsAreThoseOfTheSectionsAskedFor() {
    assertThat(Scale.TINY.flags("sft")).containsExactly("--set", "sft.epochs=6");
    assertThat(Scale.SMALL.flags("sft")).isEmpty();
  }

  @Test
  void theNumberOfEpisodesIsASettingOfPpo() {
    assertThat(Scale.TINY.flags("ppo")).contains("ppo.episodes=" + Scale.TINY.episodes());
  }

  @Test
  void whateverTheSizeSomePoliciesAreKeptAlongTheWay() {
    for (var name : Scale.Name.values()) {
      assertThat(name.scale().snapshotEvery()).isPositive();
    }
  }
}
