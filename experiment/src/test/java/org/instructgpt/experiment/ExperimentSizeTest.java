package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExperimentSizeTest {

  @Test
  void flagsAreThoseOfTheSectionsAskedFor() {
    assertThat(ExperimentSize.TINY.flags("sft")).containsExactly("--set", "sft.epochs=6");
    assertThat(ExperimentSize.SMALL.flags("sft")).isEmpty();
  }

  @Test
  void theNumberOfEpisodesIsASettingOfPpo() {
    assertThat(ExperimentSize.TINY.flags("ppo"))
        .contains("ppo.episodes=" + ExperimentSize.TINY.episodes());
  }

  @Test
  void everySizeKeepsSnapshotsOfPolicies() {
    for (var name : ExperimentSize.Name.values()) {
      assertThat(name.size().snapshotEvery()).isPositive();
    }
  }
}
