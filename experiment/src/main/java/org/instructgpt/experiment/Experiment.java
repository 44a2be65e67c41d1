package org.instructgpt.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.instructgpt.cost.Place;
import org.instructgpt.cost.Stopwatch;
import org.instructgpt.cost.TrainingWork;
import org.instructgpt.eval.ReportFiles;
import org.instructgpt.files.Json;
import org.instructgpt.project.OutputFile;
import org.instructgpt.project.Workspace;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;

/// The experiment of a workspace: a simulated world with its people, the models that are trained on
/// their feedback, and the measurements of those models.
///
/// @param sizeName of the world, the data and the models
/// @param seed of the world, its people and all trainings
/// @param steps the plan, and which steps are done
/// @param commands run the trainings
/// @param generator makes models answer prompts
record Experiment(
    Workspace workspace,
    ExperimentSize.Name sizeName,
    long seed,
    ResumableSteps steps,
    Commands commands,
    BatchGenerator generator,
    SimulatedPeople people) {
  private static final String STEPS = "agenda.json";

  /// Begins an experiment in a folder, or continues one that was begun there with the same
  /// settings.
  ///
  /// @throws IllegalArgumentException if it was begun with other settings
  static Experiment begin(
      Path folder,
      ExperimentSize.Name sizeName,
      long seed,
      Function<Path, Commands> commandsWithLog,
      PrintWriter out)
      throws IOException {
    OutputFile.checkFolder(folder, "--workspace " + folder);
    if (!Files.exists(folder.resolve(STEPS)) && new Workspace(folder).hasStore()) {
      throw new IllegalArgumentException(
          "--workspace %s holds what people gave, and no demo made it: simulated people must not mix with them; give another folder"
              .formatted(folder));
    }
    var experiment = of(Workspace.create(folder), sizeName, seed, commandsWithLog, out);
    var settings = new LinkedHashMap<String, Object>();
    settings.put("size", sizeName.name().toLowerCase(Locale.ROOT));
    settings.put("seed", seed);
    experiment.steps.begin(settings);
    experiment.pipeline().begin();
    return experiment;
  }

  /// Continues the experiment that was begun in a workspace.
  ///
  /// @throws IllegalArgumentException if none was
  static Experiment continued(
      Workspace workspace, Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
    var file = workspace.root().resolve(STEPS);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "%s is no workspace of a demo: there is no %s; make one with instructgpt demo -w %s"
              .formatted(workspace.root(), STEPS, workspace.root()));
    }
    var settings = Json.LENIENT.readTree(Files.readString(file)).path("settings");
    var sizeName =
        ExperimentSize.Name.valueOf(settings.path("size").asText().toUpperCase(Locale.ROOT));
    return of(workspace, sizeName, settings.path("seed").asLong(), commandsWithLog, out);
  }

  private static Experiment of(
      Workspace workspace,
      ExperimentSize.Name sizeName,
      long seed,
      Function<Path, Commands> commandsWithLog,
      PrintWriter out) {
    var commands = commandsWithLog.apply(workspace.root().resolve("log.txt"));
    var steps =
        new ResumableSteps(workspace.root().resolve(STEPS), out, commands, commands.clock());
    var generator = new BatchGenerator(Precision.named("auto", Device.CPU));
    var people = new SimulatedPeople(workspace, sizeName.size(), seed, generator);
    return new Experiment(workspace, sizeName, seed, steps, commands, generator, people);
  }

  /// The size of the world, the data and the models.
  ExperimentSize size() {
    return sizeName.size();
  }

  /// The trainings of the paper.
  PaperPipeline pipeline() {
    return new PaperPipeline(workspace, size(), seed, commands);
  }

  /// The evaluation of the models.
  Evaluation evaluation() {
    return new Evaluation(workspace, size(), seed, people, generator);
  }

  /// Tells how long the planned steps will take, by a few steps of the base model's pretraining.
  void tellPlan() throws IOException {
    if (sizeName == ExperimentSize.Name.TEST || steps.areDone()) {
      return;
    }
    var work = pipeline().work();
    var shape = work.shape(List.of());
    int batch = work.pretraining(List.of()).batchSize();
    double step =
        new TrainingWork(shape, batch, shape.context())
            .prepare(
                new Place(Device.CPU, generator.precision()),
                once -> new Stopwatch(this::nanoseconds).median(once, 3, 3, 0.5));
    steps.tellPlan(
        step / batch / shape.context(),
        String.format(Locale.ROOT, "a step of pretraining takes %.0f ms", 1000 * step));
  }

  private long nanoseconds() {
    var now = commands.clock().instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  /// Plans all steps of the demo.
  void plan() throws IOException {
    pipeline().plan(steps, people);
    evaluation().plan(steps, pipeline().work());
    var report = new ReportBuilder(evaluation(), steps);
    steps.then(
        "report", "The report", 5e4, () -> ReportFiles.write(report.report(), workspace.reports()));
  }
}
