package org.instructgpt.project;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.model.HealthGate;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ProgressLine;
import org.instructgpt.model.RunDirectory;
import org.instructgpt.model.RunFollower;
import org.instructgpt.model.RunLoop;
import org.instructgpt.model.RunSettings;
import org.instructgpt.model.Trainer;
import org.instructgpt.recipe.ResolvedSettings;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.MomentPrecision;

/// One training, from resolved settings to a model in the workspace.
///
/// The same command goes on where it was stopped: the stage's latest run for a model of this name
/// is resumed if it has made none yet, provided that settings, data and parents are what it began
/// with. When it is done, its best model appears under its name in `models/`, as hard links to the
/// files of the run. As long as it lasts nobody else makes a model of this name ([ModelLock]).
final class TrainingRun implements AutoCloseable {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final String PUBLISHED = "model.json";

  private final Workspace workspace;
  private final RunOptions options;
  private final String stage;
  private final String model;
  private final Map<String, Object> resolved = new LinkedHashMap<>();
  private final Map<String, Lineage.Parent> parents = new LinkedHashMap<>();
  private final Optional<ModelLock> lock;
  private final List<TextTokens> texts = new ArrayList<>();
  private Optional<SortedSet<String>> records = Optional.empty();

  private TrainingRun(
      Workspace workspace,
      RunOptions options,
      String stage,
      String model,
      Optional<ModelLock> lock) {
    this.workspace = workspace;
    this.options = options;
    this.stage = stage;
    this.model = model;
    this.lock = lock;
    resolved.put("model", model);
  }

  /// Takes the model's name, after everything has been checked that costs nothing: before data is
  /// read, and long before anything is trained.
  ///
  /// @throws IllegalArgumentException if the machine cannot do what the flags ask for, the
  ///   workspace cannot be written, or the name is taken
  static TrainingRun begin(Workspace workspace, RunOptions options, String stage, String model)
      throws IOException {
    if (!options.ranks().isFirst()) {
      return new TrainingRun(workspace, options, stage, model, Optional.empty()).noting(options);
    }
    var target = workspace.model(model);
    OutputFile.checkFolder(workspace.runs(), "--workspace " + workspace.root());
    OutputFile.checkFolder(target, "--workspace " + workspace.root());
    var lock = Optional.of(ModelLock.toMake(workspace, model));
    var run = new TrainingRun(workspace, options, stage, model, lock);
    try {
      run.refuseTaken(target);
      return run.noting(options);
    } catch (IOException | RuntimeException refused) {
      run.close();
      throw refused;
    }
  }

  /// Notes what of the options decides the result.
  private TrainingRun noting(RunOptions options) {
    var moments = options.saving().moments();
    if (moments != MomentPrecision.FULL) { // which runs from before the choice have not noted
      with("moments", moments);
    }
    if (options.context() > 0) {
      with("context", options.context());
    }
    if (options.adapter().isOn()) {
      with("adapter", options.adapter());
    }
    return with("precision", options.precision());
  }

  /// Notes a setting, a fact about the data, or anything else that decides the result.
  TrainingRun with(String key, Object value) {
    resolved.put(key, value instanceof Enum<?> constant ? constant.toString() : value);
    return this;
  }

  /// Notes settings.
  TrainingRun with(String key, Record settings) {
    resolved.put(key, ResolvedSettings.of(settings).values());
    return this;
  }

  /// Notes a checkpoint that this one is made from, which nobody shall replace meanwhile.
  ///
  /// @param flag that named it
  TrainingRun from(String role, String flag, Path checkpoint) throws IOException {
    if (lock.isPresent()) {
      lock.get().alsoCountOn(checkpoint, flag);
    }
    parents.put(role, Lineage.Parent.of(checkpoint));
    return this;
  }

  /// Notes which records it learns from, so that the model can be found when one of them is erased.
  TrainingRun learningFrom(TrainingData material) {
    records = Optional.of(material.used());
    material.note().ifPresent(options.out()::println);
    return this;
  }

  /// Takes the tokens of a text, which are closed with the run.
  TextTokens learningFrom(TextTokens tokens) {
    texts.add(tokens);
    return tokens;
  }

  /// Stage and parents, which are known before the run; the run loop adds settings, step and
  /// metrics.
  Lineage lineage() {
    return new Lineage(stage, Map.of(), parents);
  }

  /// Runs the trainer to the end, or until told to stop.
  ///
  /// @return the model in its place; empty if it was stopped
  Optional<Path> run(Trainer trainer, RunSettings settings, List<HealthGate> gates)
      throws IOException {
    var target = workspace.model(model);
    var out = options.out();
    var all = JSON.createObjectNode();
    all.put("stage", stage);
    resolved.forEach((key, value) -> all.set(key, JSON.valueToTree(value)));
    all.set("parents", JSON.valueToTree(parents));
    requireSame(all);
    if (!options.ranks().isFirst()) {
      var _ = options.stop().get(); // a signal is for all ranks, and the first one decides
      long done = new RunFollower(settings).follow(trainer);
      return done == settings.steps() ? Optional.of(target) : Optional.empty();
    }
    try (var run = directory()) {
      run.storeOrCompareSettings(all);
      if (records.isPresent()) {
        Provenance.list(run.folder(), records.get());
      }
      out.println(run.folder() + ":");
      out.print(new ResolvedSettings(new LinkedHashMap<>(resolved)).table());
      out.flush();
      var progress = options.progress().of(stage, ProgressLine.STEPS);
      var outcome =
          new RunLoop(run, settings, gates, options.stop().get(), progress, options.clock())
              .run(trainer);
      if (!outcome.finished()) {
        out.println(stopped(outcome.step()));
        return Optional.empty();
      }
      publish(run, target);
      var best = outcome.best();
      out.println(
          best == null
              ? "%s: the model after the last step, %d".formatted(target, outcome.step())
              : "%s: the model after step %d, %s %.4f"
                  .formatted(target, best.step(), criterion(settings), best.value()));
      return Optional.of(target);
    }
  }

  /// Checks that all ranks have the same settings, data and parents.
  private void requireSame(ObjectNode settings) throws IOException {
    var first = JSON.readTree(options.ranks().tell(settings.toString()));
    var mine = JSON.readTree(settings.toString()); // numbers of the same types
    var others =
        mine.properties().stream()
            .filter(entry -> !entry.getValue().equals(first.get(entry.getKey())))
            .map(entry ->
                "%s is %s here and %s on rank 0"
                    .formatted(entry.getKey(), entry.getValue(), first.get(entry.getKey())))
            .toList();
    if (!others.isEmpty()) {
      throw new IllegalArgumentException(
          "rank %d: expected the data and settings of rank 0, found others: %s"
              .formatted(options.ranks().rank(), String.join("; ", others)));
    }
  }

  private static String criterion(RunSettings settings) {
    var best = settings.best();
    return best == null ? "" : best.metric();
  }

  private String stopped(long step) {
    var again = options.existing().fresh() ? "the same command without --new" : "the same command";
    return step == 0
        ? "stopped before the first step; " + again + " begins again"
        : "stopped and saved after step %d; %s goes on from there".formatted(step, again);
  }

  @Override
  public void close() throws IOException {
    texts.forEach(TextTokens::close);
    if (lock.isPresent()) {
      lock.get().close();
    }
    options.ranks().close();
  }

  /// The run for a model of this name that has not ended, unless a new one is asked for.
  private Optional<Path> unfinished() throws IOException {
    return RunDirectory.latest(workspace.runs(), stage, "model", model)
        .filter(latest -> !options.existing().fresh() && !Files.exists(latest.resolve(PUBLISHED)));
  }

  /// Refuses a name under which another run or somebody else made a model.
  private void refuseTaken(Path target) throws IOException {
    var maker = Lineage.read(target).path("made").path("run").asText("");
    boolean own = unfinished().map(run -> run.endsWith(maker)).orElse(false);
    if (Files.exists(target) && !options.existing().replace() && !own) {
      throw new IllegalArgumentException(
          "the model %s is there already%s; choose another --name, or --replace it"
              .formatted(target, maker.isEmpty() ? "" : ", made by " + maker));
    }
  }

  /// The run to resume, or a new one.
  private RunDirectory directory() throws IOException {
    var unfinished = unfinished();
    if (unfinished.isEmpty()) {
      return RunDirectory.create(workspace.runs(), stage);
    }
    var run = RunDirectory.open(unfinished.get());
    if (run.forgetUnlessSaved()) {
      options
          .out()
          .println(run.folder() + " had ended before its first checkpoint: it begins again");
    }
    return run;
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

  /// Checks that two models read the same ids the same way: a reward model judges the policy's ids
  /// as they are.
  ///
  /// @throws IllegalArgumentException if their tokenizers differ
  static void requireSameTokenizer(Path policy, Path judge) throws IOException {
    var difference =
        Tokenizers.difference(Checkpoint.tokenizer(policy), Checkpoint.tokenizer(judge));
    if (difference.isPresent()) {
      throw new IllegalArgumentException(
          "%s and %s have different tokenizers (%s): train the reward model from a model with the policy's"
              .formatted(policy, judge, difference.get()));
    }
  }
}
