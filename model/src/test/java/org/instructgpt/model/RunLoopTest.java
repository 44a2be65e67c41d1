package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.model.MetricsLog.Entry;
import org.instructgpt.model.MetricsLog.Kind;
import org.instructgpt.model.RunSettings.Best;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLoopTest {
  private static final RunSettings TEN = ToyRuns.TEN;

  @TempDir Path folder;
  private ToyRuns runs;

  @BeforeEach
  void prepare() {
    runs = new ToyRuns(folder);
  }

  @Test
  void aRunLeavesMetricsCheckpointsAndTheBestModel() throws IOException {
    RunOutcome outcome = runs.run("a", TEN);
    assertThat(outcome.step()).isEqualTo(10);
    assertThat(outcome.finished()).isTrue();
    List<Entry> entries = runs.metrics("a");
    assertThat(steps(entries, Kind.TRAIN)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(steps(entries, Kind.EVAL)).containsExactly(3L, 6L, 9L, 10L);
    assertThat(entries.getFirst().metrics()).containsEntry("tokens_per_second", 100.0);
    assertThat(entries.getFirst().seconds()).isEqualTo(1);
    assertThat(runs.names("a/checkpoints")).containsExactly("step-00000008", "step-00000010");
    assertThat(runs.names("a/tensorboard")).hasSize(1);
    // sin(1.6 n) for n = 3, 6, 9, 10 is -1.00, -0.17, 0.97, -0.29: the lowest is step 3.
    assertThat(outcome.best()).isNotNull().extracting(RunOutcome.BestSoFar::step).isEqualTo(3L);
    assertThat(folder.resolve("a/best/lineage.json"))
        .content()
        .contains("\"run\":\"a\"", "\"step\":3", "\"settings\":{\"width\":4}", "held_out");
  }

  @Test
  void theBestModelIsNotReplacedByAWorseOne() throws IOException {
    RunOutcome outcome = runs.run("a", new RunSettings(9, 3, 0, 1, Best.lowest("held_out")));
    assertThat(outcome.best()).isNotNull().extracting(RunOutcome.BestSoFar::step).isEqualTo(3L);
    RunOutcome highest = runs.run("b", new RunSettings(9, 3, 0, 1, Best.highest("held_out")));
    assertThat(highest.best()).isNotNull().extracting(RunOutcome.BestSoFar::step).isEqualTo(9L);
    assertThat(Files.readString(folder.resolve("a/best/model")))
        .isEqualTo(ToyRuns.printAfter(3))
        .isNotEqualTo(Files.readString(folder.resolve("b/best/model")));
    assertThat(Files.readString(folder.resolve("b/best/model"))).isEqualTo(ToyRuns.printAfter(9));
  }

  @Test
  void withoutACriterionTheLastModelIsExported() throws IOException {
    runs.run("a", new RunSettings(5, 2, 0, 1, null));
    assertThat(folder.resolve("a/best/model")).hasContent(ToyRuns.printAfter(5));
  }

  @Test
  void aCriterionThatIsNotMeasuredIsNamed() {
    assertThatThrownBy(() -> runs.run("a", new RunSettings(2, 1, 0, 1, Best.highest("reward"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("metric reward", "step 1", "[held_out]");
  }

  @Test
  void theStopFlagEndsAtAStepBoundaryAndTheRestFollowsToTheBit() throws IOException {
    runs.run("whole", TEN);
    RunOutcome stopped = runs.run("a", TEN, stoppingIn(5));
    assertThat(stopped.step()).isEqualTo(5);
    assertThat(stopped.finished()).isFalse();
    assertThat(runs.names("a/checkpoints")).containsExactly("step-00000004", "step-00000005");
    RunOutcome rest = runs.run("a", TEN);
    assertThat(rest.finished()).isTrue();
    runs.assertEqual("a", "whole");
    assertThat(runs.said()).contains("Resumed from the checkpoint of step 5.");
  }

  @Test
  void aStopFlagThatIsSetAlreadyStopsBeforeTheFirstStep() throws IOException {
    runs.stop().request();
    assertThat(runs.run("a", TEN)).isEqualTo(new RunOutcome(0, false, null));
  }

  @Test
  void aFinishedRunStaysAsItIs() throws IOException {
    RunOutcome first = runs.run("a", TEN);
    RunOutcome again = runs.run("a", TEN);
    assertThat(again).isEqualTo(first);
    runs.run("whole", TEN);
    runs.assertEqual("a", "whole");
  }

  @Test
  void metricsAfterTheResumedStepAreCutAway() throws IOException {
    assertThatThrownBy(() ->
            runs.run(
                "a",
                TEN,
                (what, step) -> {
                  if (what.equals("step") && step == 7) {
                    throw new IllegalStateException("the eighth step fails");
                  }
                }))
        .hasMessage("the eighth step fails");
    assertThat(steps(runs.metrics("a"), Kind.TRAIN)).endsWith(6L, 7L);
    assertThat(runs.said()).last().asString().contains("step 7", "step 6) is intact");
    runs.run("a", TEN);
    runs.run("whole", TEN);
    runs.assertEqual("a", "whole");
  }

  @Test
  void aDamagedCheckpointIsSetAsideWithAMessageAndTheOneBeforeIsTaken() throws IOException {
    runs.run("whole", TEN);
    for (String name : List.of("state.safetensors", "state.json", "checksums.json")) {
      for (boolean truncated : List.of(true, false)) {
        String run = name + truncated;
        runs.run(run, TEN, stoppingIn(6));
        damage(folder.resolve(run + "/checkpoints/step-00000006/" + name), truncated);
        var _ = runs.said();
        runs.run(run, TEN);
        runs.assertEqual(run, "whole");
        assertThat(runs.said())
            .anyMatch(it -> it.contains("step-00000006 is damaged"))
            .contains("Resumed from the checkpoint of step 4.");
        assertThat(runs.names(run + "/checkpoints"))
            .containsExactly("damaged-step-00000006", "step-00000008", "step-00000010");
      }
    }
  }

  @Test
  void aRunWhoseCheckpointsAreAllDamagedIsNotStartedOver() throws IOException {
    var settings = new RunSettings(10, 0, 2, 1, null);
    runs.run("a", settings, stoppingIn(4));
    damage(folder.resolve("a/checkpoints/step-00000004/state.json"), true);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> runs.run("a", settings))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("no checkpoint in", "is whole");
    }
  }

  @Test
  void anUnhealthyStepStopsTheRunBeforeItIsSaved() throws IOException {
    assertThatThrownBy(() -> poisoned())
        .isInstanceOf(UnhealthyRunException.class)
        .hasMessageContainingAll(
            "stopped at step 6: not a number",
            "loss = NaN",
            "Probable cause: The optimization diverged",
            "What to do: Lower the learning rate",
            "The last checkpoint (step 4) is intact");
    assertThat(runs.names("a/checkpoints")).containsExactly("step-00000002", "step-00000004");
    assertThat(folder.resolve("a/failure.txt")).content().contains("loss = NaN");
    Entry last = runs.metrics("a").getLast();
    assertThat(last).isEqualTo(new Entry(Kind.FAILURE, 6, 0, Map.of("loss", Double.NaN)));

    runs.run("a", TEN);
    assertThat(folder.resolve("a/failure.txt")).doesNotExist();
    runs.run("whole", TEN);
    runs.assertEqual("a", "whole");
  }

  @Test
  void aStepThatWasNotDoneEndsTheRunSavedAndTheRestFollowsToTheBit() throws IOException {
    runs.run("whole", TEN);
    runs.said();
    assertThatThrownBy(() -> runWithoutTheOtherSide(5))
        .isInstanceOf(StepNotDoneException.class)
        .hasMessage("the other side is away");
    // Checkpoints are due every two steps; that of step 5 is there because the run ended.
    assertThat(runs.names("a/checkpoints")).containsExactly("step-00000004", "step-00000005");
    assertThat(runs.said()).last().asString().contains("The last checkpoint (step 5) is intact");
    runs.run("a", TEN);
    assertThat(runs.said()).contains("Resumed from the checkpoint of step 5.");
    runs.assertEqual("a", "whole");
  }

  @Test
  void aFirstStepThatWasNotDoneLeavesNothingToResumeFrom() throws IOException {
    assertThatThrownBy(() -> runWithoutTheOtherSide(0)).isInstanceOf(StepNotDoneException.class);
    runs.run("a", TEN);
    runs.run("whole", TEN);
    runs.assertEqual("a", "whole");
  }

  private void runWithoutTheOtherSide(long from) throws IOException {
    try (var _ = Scope.open()) {
      runs.run(folder.resolve("a"), TEN, new Away(new ToyTrainer(), from));
    }
  }

  /// A trainer that depends on something outside, which is away from a step on.
  private record Away(Trainer inner, long from) implements Trainer {
    @Override
    public Map<String, Double> step(long step) {
      if (step >= from) {
        throw new StepNotDoneException("the other side is away");
      }
      return inner.step(step);
    }

    @Override
    public Map<String, Double> evaluate(long step) {
      return inner.evaluate(step);
    }

    @Override
    public TrainerState state() {
      return inner.state();
    }

    @Override
    public void restore(TrainerState state) {
      inner.restore(state);
    }

    @Override
    public void export(Path directory, Map<String, Object> facts) throws IOException {
      inner.export(directory, facts);
    }
  }

  @Test
  void aGateSeesTheSameHistoryAfterAResume() throws IOException {
    var seen = new ArrayList<List<Double>>();
    runs.gates(
        List.of(
            new HealthGate(
                "watch",
                history -> {
                  seen.add(history.first("loss", 100));
                  return Optional.empty();
                },
                "",
                "")));
    runs.run("whole", TEN);
    List<List<Double>> whole = List.copyOf(seen);
    seen.clear();
    runs.run("a", TEN, stoppingIn(5));
    runs.run("a", TEN);
    assertThat(seen).isEqualTo(whole);
  }

  @Test
  void anUnhealthyEvaluationStopsTheRunBeforeItIsExported() {
    runs.gates(
        List.of(
            new HealthGate(
                "watch",
                history ->
                    Optional.ofNullable(history.latest().get("held_out"))
                        .map(value -> new HealthGate.Finding("held_out", value, "nothing")),
                "Because.",
                "Do.")));
    assertThatThrownBy(() -> runs.run("a", TEN)).isInstanceOf(UnhealthyRunException.class);
    assertThat(folder.resolve("a/best")).doesNotExist();
  }

  @Test
  void aDiskThatFailsIsNamedWithTheCheckpointThatIsLeft() {
    assertThatThrownBy(() ->
            runs.run(
                "a",
                TEN,
                (what, _) -> {
                  if (what.equals("export")) {
                    throw new IOException("No space left on device");
                  }
                }))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            "at step 3, the best model could not be written in",
            "best: No space left on device",
            "The last checkpoint (step 2) is intact");
    assertThat(folder.resolve("a/best")).doesNotExist();
  }

  @Test
  void aRunLeaksNoNativeMemory() throws IOException {
    runs.run("warm-up", TEN);
    long before = Scope.liveObjects();
    runs.run("a", TEN);
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void settingsThatMakeNoSenseAreNamed() {
    assertThatThrownBy(() -> new RunSettings(0, 1, 1, 1, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("run setting steps: expected at least 1, found 0");
    assertThatThrownBy(() -> new RunSettings(1, 1, 1, 0, null))
        .hasMessage("run setting keep: expected at least 1, found 0");
  }

  private RunOutcome poisoned() throws IOException {
    try (var _ = Scope.open()) {
      var sick = new ToyTrainer[1];
      sick[0] =
          new ToyTrainer((what, step) -> {
            if (what.equals("step") && step == 5) {
              sick[0].poison();
            }
          });
      return runs.run(folder.resolve("a"), TEN, sick[0]);
    }
  }

  /// Raises the stop flag in the middle of a step, counted from 1.
  private ToyTrainer.Moment stoppingIn(long count) {
    StopFlag stop = runs.stop();
    return (what, step) -> {
      if (what.equals("step") && step == count - 1) {
        stop.request();
      }
    };
  }

  private static void damage(Path file, boolean truncate) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, truncate ? Arrays.copyOf(bytes, bytes.length / 2) : bytes);
  }

  private static List<Long> steps(List<Entry> entries, Kind kind) {
    return entries.stream().filter(entry -> entry.kind() == kind).map(Entry::step).toList();
  }
}
