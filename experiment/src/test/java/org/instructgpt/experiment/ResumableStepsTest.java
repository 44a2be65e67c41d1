package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.project.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumableStepsTest {
  private static final Commands NO_COMMANDS =
      new Commands() {
        @Override
        public void run(List<String> arguments) {
          throw new AssertionError("no command was to be run: " + arguments);
        }

        @Override
        public InstantSource clock() {
          return InstantSource.system();
        }

        @Override
        public boolean isStopped() {
          return false;
        }
      };

  @TempDir private Path folder;

  private final List<String> performed = new ArrayList<>();
  private final StringWriter said = new StringWriter();

  @Test
  void finishedStepsAreNotRepeated() throws IOException {
    steps().then("a", "A", 1, () -> performed.add("a")).run();
    steps()
        .then("a", "A", 1, () -> performed.add("a again"))
        .then("b", "B", 1, () -> performed.add("b"))
        .run();

    assertThat(performed).containsExactly("a", "b");
    assertThat(said.toString()).contains("1/2  A  (done)");
    assertThat(steps().seconds().has("b")).isTrue();
    assertThat(steps().then("a", "A", 1, () -> {}).areDone()).isTrue();
    assertThat(steps().then("c", "C", 1, () -> {}).areDone()).isFalse();
  }

  @Test
  void thePlanTellsOfWhatIsLeftAndItsLongestSteps() throws IOException {
    steps().then("a", "A", 100, () -> performed.add("a")).run();
    steps()
        .then("a", "A", 100, () -> performed.add("a again"))
        .then("b", "B", 10, () -> performed.add("b"))
        .then("c", "C", 20, () -> performed.add("c"))
        .tellPlan(60, "a minute each");

    assertThat(said.toString())
        .contains("2 steps to do, about 30 min here alone (a minute each); the longest: c 20 min");
  }

  @Test
  void aFailedStepIsRepeated() throws IOException {
    var steps =
        steps()
            .then(
                "a",
                "A",
                1,
                () -> {
                  throw new IOException("no space");
                });
    assertThatThrownBy(steps::run).hasMessage("no space");

    steps().then("a", "A", 1, () -> performed.add("a")).run();

    assertThat(performed).containsExactly("a");
  }

  @Test
  void twoRunsInOneFolderAtOnceAreRefused() throws IOException {
    var other = steps().then("b", "B", 1, () -> performed.add("b"));
    steps()
        .then(
            "a",
            "A",
            1,
            () ->
                assertThatThrownBy(other::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another demo, loop or reproduce works in this folder")
                    .hasMessageContaining("--workspace"))
        .run();
    other.run();
    assertThat(performed).containsExactly("b");
  }

  @Test
  void aWorkspaceOfRealPeopleIsRefused() throws IOException {
    var workspace = Workspace.create(folder.resolve("real"));
    workspace.store().close();
    assertThatThrownBy(() ->
            Experiment.begin(
                workspace.root(),
                ExperimentSize.Name.TEST,
                1,
                _ -> NO_COMMANDS,
                new PrintWriter(said, true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no demo made it");
    assertThat(workspace.root().resolve("agenda.json")).doesNotExist();
  }

  @Test
  void otherSettingsAreRefused() throws IOException {
    steps().begin(Map.of("seed", 1L));
    steps().begin(Map.of("seed", 1L));

    assertThatThrownBy(() -> steps().begin(Map.of("seed", 2L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was begun with")
        .hasMessageContaining("another --workspace");
  }

  private ResumableSteps steps() {
    return new ResumableSteps(
        folder.resolve("agenda.json"),
        new PrintWriter(said, true),
        NO_COMMANDS,
        InstantSource.system());
  }
}
