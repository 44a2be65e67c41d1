package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshottingTrainerTest {

  @TempDir private Path folder;

  @Test
  void everySecondStepIsKeptWithItsMetrics() throws IOException {
    var snapshots = new SnapshottingTrainer(new Toy(), folder.resolve("kept"), 2);
    for (long step = 0; step < 5; step++) {
      assertThat(snapshots.step(step)).containsEntry("loss", (double) step);
    }

    try (var kept = Files.list(folder.resolve("kept"))) {
      assertThat(kept.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("000002", "000004");
    }
    assertThat(folder.resolve("kept/000004/model"))
        .content()
        .containsSubsequence("step=4", "loss=3.0");
  }

  @Test
  void aStepDoneAgainReplacesItsSnapshot() throws IOException {
    var snapshots = new SnapshottingTrainer(new Toy(), folder.resolve("kept"), 1);
    snapshots.step(0);
    snapshots.step(0);

    assertThat(folder.resolve("kept/000001/model")).exists();
  }

  private static final class Toy implements Trainer {
    @Override
    public Map<String, Double> step(long step) {
      return Map.of("loss", (double) step);
    }

    @Override
    public Map<String, Double> evaluate(long step) {
      return Map.of();
    }

    @Override
    public TrainerState state() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void restore(TrainerState state) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void export(Path directory, Map<String, Object> lineage) throws IOException {
      Files.writeString(directory.resolve("model"), lineage.toString());
    }
  }
}
