package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.model.MetricsLog.Entry;
import org.instructgpt.model.RunSettings.Best;
import org.instructgpt.torch.Scope;

/// Runs of a [ToyTrainer] in a folder, on a clock that goes one second further at every look.
final class ToyRuns {
  /// Ten steps with everything in them.
  static final RunSettings TEN = new RunSettings(10, 3, 2, 2, Best.lowest("held_out"));

  private final Path folder;
  private final List<String> said = new ArrayList<>();
  private List<HealthGate> gates = List.of(HealthGates.finite());
  private StopFlag stop = new StopFlag();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  ToyRuns(Path folder) {
    this.folder = folder;
  }

  /// The messages of the run, in order, since the last call.
  List<String> said() {
    List<String> sentences = List.copyOf(said);
    said.clear();
    return sentences;
  }

  /// The stop flag of the next run.
  StopFlag stop() {
    return stop;
  }

  void gates(List<HealthGate> others) {
    gates = others;
  }

  /// Starts or resumes the run of this name with a trainer as it is at the beginning.
  RunOutcome run(String name, RunSettings settings) throws IOException {
    return run(name, settings, (_, _) -> {});
  }

  RunOutcome run(String name, RunSettings settings, ToyTrainer.Moment moment) throws IOException {
    try (var _ = Scope.open()) {
      return run(folder.resolve(name), settings, new ToyTrainer(moment));
    }
  }

  RunOutcome run(Path path, RunSettings settings, Trainer trainer) throws IOException {
    try (var run = RunDirectory.open(path)) {
      run.storeOrCompareSettings(new ObjectMapper().createObjectNode().put("width", 4));
      return new RunLoop(run, settings, gates, stop, listener(), this::tick).run(trainer);
    } finally {
      stop = new StopFlag();
    }
  }

  /// Two finished runs have the same last state, best model and metrics, to the bit.
  void assertEqual(String one, String other) throws IOException {
    for (String file :
        List.of("checkpoints/step-00000010/checksums.json", "best/model", "best/lineage.json")) {
      String expected = Files.readString(folder.resolve(other).resolve(file));
      assertThat(
              Files.readString(folder.resolve(one).resolve(file)).replace("\"" + one, "\"" + other))
          .as(file)
          .isEqualTo(expected);
    }
    assertThat(withoutTimes(one)).isEqualTo(withoutTimes(other));
  }

  /// The state of a trainer after some steps without any loop around it.
  static String printAfter(long steps) {
    try (var _ = Scope.open()) {
      var trainer = new ToyTrainer();
      for (long step = 0; step < steps; step++) {
        trainer.step(step);
      }
      return trainer.print();
    }
  }

  List<Entry> metrics(String name) throws IOException {
    return MetricsLog.read(folder.resolve(name).resolve("metrics.jsonl"));
  }

  /// Names in a folder, sorted.
  List<String> names(String path) throws IOException {
    try (var entries = Files.list(folder.resolve(path))) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }

  private List<Entry> withoutTimes(String name) throws IOException {
    return metrics(name).stream()
        .map(entry -> new Entry(entry.kind(), entry.step(), 0, entry.metrics()))
        .toList();
  }

  private Instant tick() {
    now = now.plusSeconds(1);
    return now;
  }

  private ProgressLine listener() {
    return new ProgressLine() {
      @Override
      public void begin(long step, long steps) {}

      @Override
      public void advance(long step, Map<String, Double> metrics) {}

      @Override
      public void say(String message) {
        said.add(message);
      }

      @Override
      public void end() {}
    };
  }
}
