package org.instructgpt.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.function.Function;
import org.instructgpt.eval.ReportFiles;
import org.instructgpt.project.OutputFile;
import org.instructgpt.project.Workspace;
import org.instructgpt.torch.Precision;

/// One little world with everything that belongs to it, in one workspace: its people, its models
/// and what is measured on them.
///
/// @param size how large
/// @param seed of the world, its people and all trainings
/// @param agenda remembers what is done
public record Experiment(
    Workspace workspace,
    ExperimentSize.Name size,
    long seed,
    ResumableSteps agenda,
    Commands shell,
    BatchGenerator author,
    SimulatedPeople people) {
  private static final String AGENDA = "agenda.json";

  /// A study in a folder, new or begun with the same settings.
  ///
  /// @throws IllegalArgumentException if it was begun with others
  public static Experiment begin(
      Path folder,
      ExperimentSize.Name size,
      long seed,
      Function<Path, Commands> commands,
      PrintWriter out)
      throws IOException {
    OutputFile.checkFolder(folder, "--workspace " + folder);
    if (!Files.exists(folder.resolve(AGENDA)) && new Workspace(folder).hasStore()) {
      throw new IllegalArgumentException(
          "--workspace %s holds what people gave, and no demo made it: simulated people must not mix with them; give another folder"
              .formatted(folder));
    }
    var study = of(Workspace.create(folder), size, seed, commands, out);
    var settings = new LinkedHashMap<String, Object>();
    settings.put("size", size.name().toLowerCase(Locale.ROOT));
    settings.put("seed", seed);
    study.agenda.begin(settings);
    study.miniature().begin();
    return study;
  }

  /// The study that was begun in a workspace.
  ///
  /// @throws IllegalArgumentException if none was
  public static Experiment continued(
      Workspace workspace, Function<Path, Commands> commands, PrintWriter out) throws IOException {
    var file = workspace.root().resolve(AGENDA);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "%s is no workspace of a demo: there is no %s; make one with instructgpt demo -w %s"
              .formatted(workspace.root(), AGENDA, workspace.root()));
    }
    var settings = new ObjectMapper().readTree(Files.readString(file)).path("settings");
    var size = ExperimentSize.Name.valueOf(settings.path("size").asText().toUpperCase(Locale.ROOT));
    return of(workspace, size, settings.path("seed").asLong(), commands, out);
  }

  private static Experiment of(
      Workspace workspace,
      ExperimentSize.Name size,
      long seed,
      Function<Path, Commands> commands,
      PrintWriter out) {
    var shell = commands.apply(workspace.root().resolve("log.txt"));
    var agenda = new ResumableSteps(workspace.root().resolve(AGENDA), out, shell, shell.clock());
    var author = new BatchGenerator(Precision.named("auto"));
    var people = new SimulatedPeople(workspace, size.scale(), seed, author);
    return new Experiment(workspace, size, seed, agenda, shell, author, people);
  }

  public ExperimentSize scale() {
    return size.scale();
  }

  public PaperPipeline miniature() {
    return new PaperPipeline(workspace, scale(), seed, shell);
  }

  public Evaluation inquiry() {
    return new Evaluation(workspace, scale(), seed, people, author);
  }

  /// Plans everything that the demo shows.
  public void plan() {
    miniature().plan(agenda, people);
    inquiry().plan(agenda);
    var overview = new ReportBuilder(inquiry(), agenda);
    agenda.then(
        "report", "The report", 5, () -> ReportFiles.write(overview.report(), workspace.reports()));
  }
}
