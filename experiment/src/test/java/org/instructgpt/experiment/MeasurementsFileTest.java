package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.statistics.Estimate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementsFileTest {
  private static final MeasureKey KL = ModelMeasure.KL.of(ModelName.PPO);
  private static final MeasureKey SKILL = ModelMeasure.SKILL.of(ModelName.PPO_PTX);

  @TempDir private Path folder;

  @Test
  void measurementsAreReadBackAndReplaced() throws IOException {
    var file = new MeasurementsFile(folder.resolve("measures.json"));
    file.add(Map.of(SKILL, Measurements.exact(1), KL, new Estimate(0.1, 0, 0.30000000000000004)));
    file.add(Map.of(SKILL, Measurements.exact(2)));

    assertThat(file.read().get(KL)).isEqualTo(new Estimate(0.1, 0, 0.30000000000000004));
    assertThat(file.read().get(SKILL)).isEqualTo(Measurements.exact(2));
    assertThat(Files.readAllLines(folder.resolve("measures.json")))
        .filteredOn(line -> line.endsWith("{"))
        .containsExactly("{", "  \"kl/ppo\" : {", "  \"skill/ppo-ptx\" : {");
  }

  @Test
  void entriesOfUnknownKeysAreKept() throws IOException {
    var path = folder.resolve("measures.json");
    Files.writeString(path, "{\"another/key\": {\"value\": 1, \"low\": 0, \"high\": 2}}");
    new MeasurementsFile(path).add(Map.of(KL, Measurements.exact(3)));

    assertThat(Files.readString(path)).contains("another/key").contains("kl/ppo");
  }

  @Test
  void aSinglePromptsInfiniteIntervalSurvives() throws IOException {
    var file = new MeasurementsFile(folder.resolve("measures.json"));
    file.add(Map.of(KL, Measurements.mean(List.of(3.0), x -> x)));

    assertThat(file.read().get(KL).high()).isInfinite();
  }

  @Test
  void withoutAFileThereAreNoMeasurements() throws IOException {
    assertThat(new MeasurementsFile(folder.resolve("none.json")).read().has(KL)).isFalse();
  }
}
