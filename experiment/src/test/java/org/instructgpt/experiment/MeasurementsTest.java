package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.instructgpt.statistics.Estimate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementsTest {

  @TempDir private Path folder;

  @Test
  void whatWasAddedIsReadBackAndReplaced() throws IOException {
    var measures = new Measurements(folder.resolve("measures.json"));
    measures.add(
        Map.of("b", Measurements.exact(1), "a", new Estimate(0.1, 0, 0.30000000000000004)));
    measures.add(Map.of("b", Measurements.exact(2)));

    assertThat(measures.all())
        .containsExactly(
            Map.entry("a", new Estimate(0.1, 0, 0.30000000000000004)),
            Map.entry("b", Measurements.exact(2)));
  }

  @Test
  void aSinglePromptsInfiniteIntervalSurvives() throws IOException {
    var measures = new Measurements(folder.resolve("measures.json"));
    measures.add(Map.of("one", Measurements.mean(List.of(3.0), x -> x)));

    assertThat(measures.all().get("one").high()).isInfinite();
  }

  @Test
  void nothingMeasuredIsNoFile() throws IOException {
    assertThat(new Measurements(folder.resolve("none.json")).all()).isEmpty();
  }
}
