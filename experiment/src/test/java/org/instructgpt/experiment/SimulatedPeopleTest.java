package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.instructgpt.project.Workspace;
import org.instructgpt.simulation.Customers;
import org.instructgpt.simulation.World;
import org.instructgpt.simulation.WorldTasks;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedPeopleTest {
  private static final int ASKED = 13_000;
  private static final long SEED = 3;

  @TempDir private Path folder;

  @Test
  void peopleOfAResumedExperimentKnowWhatEveryPromptMeans() throws IOException {
    var world = World.of(SEED);
    var asked = new Customers(world, new WorldTasks(world), SEED).ask(ASKED);

    var people =
        new SimulatedPeople(
            Workspace.create(folder), size(), SEED, new BatchGenerator(Precision.FULL));

    assertThat(asked.subList(ASKED - 200, ASKED))
        .filteredOn(prompt -> people.intent(prompt).isEmpty())
        .isEmpty();
  }

  private static ExperimentSize size() {
    return new ExperimentSize(
        20_000, ASKED, 60, 40, 400, 40, 8, 128, List.of(), List.of(), List.of());
  }
}
