package org.instructgpt.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.instructgpt.model.AtomicFiles;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.HealthGate;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ProgressLine;
import org.instructgpt.model.RunDirectory;
import org.instructgpt.model.RunLoop;
import org.instructgpt.model.RunSettings;
import org.instructgpt.model.Trainer;

/// One training, from resolved settings to a model in the workspace.
///
/// The same command goes on where it was stopped: the stage's latest run is resumed if it has made
/// no model yet, provided that settings, data and parents are what it began with. When it is done,
/// its best model appears under its name in `models/`, as hard links to the files of the run.
final class StageRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PUBLISHED = "model.json";
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final Workspace workspace;
  private final StageOptions options;
  private final String stage;
  private final String model;
  private final Map<String, Object> resolved = new LinkedHashMap<>();
  private final Map<String, Lineage.Parent> parents = new LinkedHashMap<>();
  private final PrintWriter out;
  private Optional<SortedSet<String>> records = Optional.empty();

  StageRun(Workspace workspace, StageOptions options, String stage, String model, PrintWriter out) {
    this.workspace = workspace;
    this.options = options;
    this.stage = stage;
    this.model = model;
    this.out = out;
    resolved.put("model", model);
  }

  /// Notes a setting, a fact about the data, or anything else that decides the result.
  StageRun with(String key, Object value) {
    resolved.put(key, value instanceof Enum<?> constant ? constant.toString() : value);
    return this;
  }

  /// Notes settings.
  StageRun with(String key, Record settings) {
    resolved.put(key, Resolved.of(settings).values());
    return this;
  }

  /// Notes a checkpoint that this one is made from.
  StageRun from(String role, Path checkpoint) throws IOException {
    parents.put(role, Lineage.Parent.of(checkpoint));
    return this;
  }

  /// Notes which records it learns from, so that the model can be found when one of them is erased.
  StageRun learningFrom(Material material) {
    records = Optional.of(material.used());
    material.note().ifPresent(out::println);
    return this;
  }

  /// Stage and parents, which are known before the run; the run loop adds settings, step and
  /// metrics.
  Lineage lineage() {
    return new Lineage(stage, Map.of(), parents);
  }

  /// Runs the trainer to the end, or until told to stop.
  ///
  /// @return whether it ended and the model is in its place
  boolean run(Trainer trainer, RunSettings settings, List<HealthGate> gates, Stop stop)
      throws IOException {
    var target = workspace.model(model);
    try (var run = directory(target)) {
      var all = JSON.createObjectNode();
      all.put("stage", stage);
      resolved.forEach((key, value) -> all.set(key, JSON.valueToTree(value)));
      all.set("parents", JSON.valueToTree(parents));
      run.settle(all);
      if (records.isPresent()) {
        Provenance.list(run.folder(), records.get());
      }
      out.println(run.folder() + ":");
      out.print(new Resolved(new LinkedHashMap<>(resolved)).table());
      out.flush();
      var outcome =
          new RunLoop(run, settings, gates, stop.heed(), progress(), InstantSource.system())
              .run(trainer);
      if (!outcome.finished()) {
        out.println(
            "stopped and saved after step %d; the same command goes on from there"
                .formatted(outcome.step()));
        return false;
      }
      publish(run, target);
      var best = outcome.best();
      out.println(
          best == null
              ? "%s: the model after the last step, %d".formatted(target, outcome.step())
              : "%s: the model after step %d, %s %.4f"
                  .formatted(target, best.step(), criterion(settings), best.value()));
      return true;
    }
  }

  private static String criterion(RunSettings settings) {
    var best = settings.best();
    return best == null ? "" : best.metric();
  }

  /// The run to resume, or a new one.
  ///
  /// @throws IllegalArgumentException if another run made a model of this name, or somebody else
  ///   did
  private RunDirectory directory(Path target) throws IOException {
    var unfinished =
        RunDirectory.latest(workspace.runs(), stage)
            .filter(latest -> !options.fresh && !Files.exists(latest.resolve(PUBLISHED)));
    var maker = Lineage.read(target).path("made").path("run").asText("");
    boolean own = unfinished.map(run -> run.endsWith(maker)).orElse(false);
    if (Files.exists(target) && !options.replace && !own) {
      throw new IllegalArgumentException(
          "the model %s is there already%s; choose another --name, or --replace it"
              .formatted(target, maker.isEmpty() ? "" : ", made by " + maker));
    }
    return unfinished.isPresent()
        ? RunDirectory.open(unfinished.get())
        : RunDirectory.create(workspace.runs(), stage);
  }

  private void publish(RunDirectory run, Path target) throws IOException {
    AtomicFiles.writeFolder(
        target,
        folder -> {
          try (var files = Files.list(run.best())) {
            for (var file : files.toList()) {
              link(file, folder.resolve(file.getFileName()));
            }
          }
        });
    ObjectNode note = JSON.createObjectNode().put("model", model);
    AtomicFiles.write(run.folder().resolve(PUBLISHED), note + "\n");
  }

  private static void link(Path file, Path link) throws IOException {
    try {
      Files.createLink(link, file);
    } catch (UnsupportedOperationException | IOException e) {
      Files.copy(file, link); // a file system without links
    }
  }

  private ProgressLine progress() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
        ? ProgressLine.bar(stage, System.err)
        : ProgressLine.lines(stage, System.err, BETWEEN_LINES, InstantSource.system());
  }

  /// A checkpoint named by a model of the workspace or by a folder elsewhere.
  ///
  /// @throws IllegalArgumentException if neither is there
  static Path checkpoint(Workspace workspace, String name, String flag) {
    if (name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") && Files.isDirectory(workspace.model(name))) {
      return workspace.model(name);
    }
    if (Files.isDirectory(Path.of(name))) {
      return Path.of(name);
    }
    throw new IllegalArgumentException(
        "%s %s: there is neither a model of this name in %s nor such a folder"
            .formatted(flag, name, workspace.root().resolve("models")));
  }

  /// Checks that two models read the same ids the same way: a reward model judges the policy's ids
  /// as they are.
  ///
  /// @throws IllegalArgumentException if their tokenizers differ
  static void requireSameTokenizer(Path policy, Path judge) throws IOException {
    var difference = Checkpoint.tokenizer(policy).difference(Checkpoint.tokenizer(judge));
    if (difference.isPresent()) {
      throw new IllegalArgumentException(
          "%s and %s have different tokenizers (%s): train the reward model from a model with the policy's"
              .formatted(policy, judge, difference.get()));
    }
  }
}
