package org.instructgpt.model;

import static org.instructgpt.model.RunCheckpoints.intact;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.model.HealthGate.Finding;
import org.instructgpt.model.MetricsLog.Entry;
import org.instructgpt.model.MetricsLog.Kind;
import org.instructgpt.model.RunCheckpoints.Position;
import org.instructgpt.model.RunOutcome.BestSoFar;
import org.instructgpt.torch.Engine;
import org.jspecify.annotations.Nullable;

/// The part of a run that one process does: from the resumed step to the end, the stop flag or a
/// failure.
final class RunSession implements AutoCloseable {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final TypeReference<LinkedHashMap<String, Object>> AS_MAP =
      new TypeReference<>() {};

  private final RunLoop loop;
  private final Trainer trainer;
  private final RunCheckpoints checkpoints;
  private final MetricsLog log;
  private final EventFile events;
  private final MetricsHistory history = new MetricsHistory();
  private long step;
  private long saved;
  private @Nullable BestSoFar best;

  private RunSession(
      RunLoop loop,
      Trainer trainer,
      RunCheckpoints checkpoints,
      Position start,
      MetricsLog log,
      EventFile events) {
    this.loop = loop;
    this.trainer = trainer;
    this.checkpoints = checkpoints;
    this.log = log;
    this.events = events;
    step = start.step();
    saved = start.step();
    best = start.best();
  }

  /// Restores the newest checkpoint and cuts the metrics back to it.
  static RunSession open(RunLoop loop, Trainer trainer) throws IOException {
    RunDirectory run = loop.run();
    var checkpoints = new RunCheckpoints(run.checkpoints(), loop.settings().keep());
    Position start = checkpoints.restoreNewest(trainer, loop.progress()::say);
    Files.deleteIfExists(run.failure());
    MetricsLog log = MetricsLog.open(run.metrics(), start.step());
    try {
      EventFile events = EventFile.open(run.tensorboard(), start.step() + 1, loop.clock());
      var session = new RunSession(loop, trainer, checkpoints, start, log, events);
      log.kept().stream()
          .filter(entry -> entry.kind() == Kind.TRAIN)
          .forEach(entry -> session.history.add(entry.metrics()));
      return session;
    } catch (Throwable failure) {
      log.close();
      throw failure;
    }
  }

  RunOutcome run() throws IOException {
    var pace = new RankPace(trainer);
    pace.begin(step);
    loop.progress().begin(step, steps());
    if (step > 0) {
      loop.progress().say("Resumed from the checkpoint of step %d.".formatted(step));
    }
    try {
      while (pace.goesOn(step < steps() && !loop.stop().requested())) {
        advance();
      }
    } catch (RuntimeException | Error failure) {
      loop.progress().say("Stopped by a failure at step " + step + ". " + intact(saved));
      throw failure;
    }
    if (step > saved) {
      save(); // the stop flag came between two checkpoints
    }
    return new RunOutcome(step, step >= steps(), best);
  }

  private void advance() throws IOException {
    train();
    if (due(loop.settings().evaluateEvery())) {
      evaluate();
    }
    if (due(loop.settings().saveEvery())) {
      save();
    }
  }

  @Override
  public void close() throws IOException {
    loop.progress().end();
    try (log;
        events) {
      // both are closed, whatever the other says
    }
  }

  private void train() throws IOException {
    Instant begin = loop.clock().instant();
    Map<String, Double> measured;
    try {
      measured = trainer.step(step);
    } catch (StepNotDoneException away) {
      if (step > saved) {
        save(); // nothing of the step has happened, and what was done before it is whole
      }
      throw away;
    }
    double seconds = secondsSince(begin);
    step++;
    Map<String, Double> metrics = withRate(measured, seconds);
    record(new Entry(Kind.TRAIN, step, seconds, metrics));
    history.add(metrics);
    loop.progress().advance(step, metrics);
    examine(history);
  }

  private void evaluate() throws IOException {
    Instant begin = loop.clock().instant();
    Map<String, Double> metrics = trainer.evaluate(step);
    Engine.freeUnused();
    if (!metrics.isEmpty()) {
      record(new Entry(Kind.EVAL, step, secondsSince(begin), metrics));
      loop.progress()
          .say("evaluation at step %d: %s".formatted(step, PlainProgressLine.shown(metrics)));
      var evaluation = new MetricsHistory();
      evaluation.add(metrics);
      examine(evaluation);
    }
    if (isBest(metrics)) {
      writing(
          "the best model",
          () -> AtomicFiles.writeFolder(loop.run().best(), empty -> export(empty, metrics)));
    }
  }

  /// Whether the current model is to be exported; records its value if it is the best so far.
  private boolean isBest(Map<String, Double> metrics) {
    RunSettings.Best criterion = loop.settings().best();
    if (criterion == null) {
      return step == steps();
    }
    Double value = metrics.get(criterion.metric());
    if (value == null) {
      throw new IllegalArgumentException(
          "the best model is chosen by the held-out metric %s, but the evaluation at step %d gave %s: choose one of these, or add held-out data"
              .formatted(
                  criterion.metric(), step, metrics.isEmpty() ? "nothing" : metrics.keySet()));
    }
    if (!criterion.improves(value, best == null ? null : best.value())) {
      return false;
    }
    best = new BestSoFar(value, step);
    return true;
  }

  private void export(Path empty, Map<String, Double> metrics) throws IOException {
    var lineage = new LinkedHashMap<String, Object>();
    lineage.put("run", loop.run().name());
    lineage.put("step", step);
    lineage.put("settings", JSON.convertValue(loop.run().settings(), AS_MAP));
    lineage.put("metrics", new LinkedHashMap<>(metrics));
    trainer.export(empty, Collections.unmodifiableMap(lineage));
  }

  private void save() throws IOException {
    writing(
        "the checkpoint",
        () -> {
          log.force(); // a checkpoint promises the metrics of all steps before it
          checkpoints.save(trainer, new Position(step, best));
        });
    saved = step;
  }

  private void record(Entry entry) throws IOException {
    writing(
        "the metrics",
        () -> {
          log.append(entry);
          String prefix = entry.kind() == Kind.EVAL ? "eval/" : "train/";
          events.scalars(entry.step(), prefix, entry.metrics());
        });
  }

  private void examine(MetricsHistory seen) {
    for (HealthGate gate : loop.gates()) {
      Optional<Finding> finding = gate.check().find(seen);
      if (finding.isPresent()) {
        fail(gate, finding.get());
      }
    }
  }

  private void fail(HealthGate gate, Finding finding) {
    var failure = new UnhealthyRunException(gate, finding, step, saved);
    try {
      log.append(new Entry(Kind.FAILURE, step, 0, Map.of(finding.metric(), finding.value())));
      AtomicFiles.write(loop.run().failure(), failure.getMessage() + "\n");
    } catch (IOException notWritten) {
      failure.addSuppressed(notWritten); // that the run is unhealthy matters more
    }
    throw failure;
  }

  /// Something that writes.
  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  private void writing(String what, Writing writing) throws IOException {
    try {
      writing.run();
    } catch (IOException failure) {
      throw new IOException(
          "at step %d, %s could not be written in %s: %s. %s"
              .formatted(step, what, loop.run().folder(), failure, intact(saved)),
          failure);
    }
  }

  private long steps() {
    return loop.settings().steps();
  }

  private boolean due(long every) {
    return step == steps() || (every > 0 && step % every == 0);
  }

  private double secondsSince(Instant begin) {
    return Duration.between(begin, loop.clock().instant()).toNanos() * 1e-9;
  }

  private static Map<String, Double> withRate(Map<String, Double> measured, double seconds) {
    var metrics = new LinkedHashMap<>(measured);
    Double tokens = measured.get("tokens");
    if (tokens != null && seconds > 0) {
      metrics.put("tokens_per_second", tokens / seconds);
    }
    return metrics;
  }
}
