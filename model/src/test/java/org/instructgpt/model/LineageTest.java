package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineageTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"supervised", "sft", "reward", "ppo"})
  void aModelOfAStageWithPromptsReadsThemFramed(String stage) throws IOException {
    new Lineage(stage, Map.of(), Map.of()).write(folder);

    assertThat(Lineage.isFramed(Lineage.read(folder))).isTrue();
  }

  @Test
  void aPretrainedModelAndOneOfAnotherProgramReadTextsAsTheyAre() throws IOException {
    assertThat(Lineage.isFramed(Lineage.read(folder))).isFalse();

    new Lineage("pretrain", Map.of(), Map.of()).write(folder);
    assertThat(Lineage.isFramed(Lineage.read(folder))).isFalse();
  }
}
