package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.instructgpt.collect.Intake;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.project.OutputFile;
import org.instructgpt.project.TrainingData;
import org.instructgpt.records.Exporter;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Split;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt export`: what the workspace holds as a file for other programs.
@Command(
    name = "export",
    description = "Writes what people gave as JSON lines, gzipped when FILE ends in .gz.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class ExportCommand implements Callable<Integer> {

  /// What to write, and how.
  enum What {
    /// All records in our own format; another workspace imports it as it is.
    EVERYTHING,
    LABELERS,
    PROMPTS,
    DEMONSTRATIONS,
    RANKINGS,
    RATINGS,
    /// Demonstrations as `{prompt, completion}`.
    COMPLETIONS,
    /// Rankings as `{prompt, chosen, rejected}`, a line for each pair that is no tie.
    PREFERENCES
  }

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Option(
      names = "--what",
      defaultValue = "EVERYTHING",
      description = {
        "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).",
        "COMPLETIONS are demonstrations as {prompt, completion},",
        "PREFERENCES are rankings as {prompt, chosen, rejected}."
      })
  private What what;

  @Option(
      names = "--split",
      description = "Of the prompts: ${COMPLETION-CANDIDATES}; all if left out.")
  private @Nullable Split split;

  @Option(
      names = "--pool",
      description = "Of the labelers: ${COMPLETION-CANDIDATES}; all if left out.")
  private Labeler.@Nullable Pool pool;

  @Parameters(paramLabel = "FILE", description = "The file to write; put in place when whole.")
  private Path file;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    var place = workspace.open();
    var all = split == null && pool == null;
    if (what == What.EVERYTHING && !all) {
      throw new IllegalArgumentException(
          "--split and --pool choose among one type; name it with --what");
    }
    OutputFile.check(file, "FILE");
    var filter =
        new Filter(
            Optional.ofNullable(split),
            Optional.empty(),
            Optional.ofNullable(pool),
            Optional.empty());
    try (var store = place.givenStore()) {
      var objection = new Intake(store, new SecureRandom()).objection();
      var barred = new LinkedHashSet<String>();
      var exporter =
          new Exporter(
              store,
              prompt -> {
                boolean free = objection.apply(prompt).isEmpty();
                if (!free) {
                  barred.add(prompt.id());
                }
                return free;
              });
      long lines = write(exporter, filter);
      TrainingData.taken(store, "export", InstantSource.system());
      // What goes to a pipe or to standard output is data and nothing else.
      var line = Objects.requireNonNull(spec).commandLine();
      var out = AtomicFiles.isDevice(file) ? line.getErr() : line.getOut();
      out.println(file + ": " + Count.of(lines, "line"));
      if (!barred.isEmpty()) {
        out.println(
            "left out: %s of customers without consent in force"
                .formatted(Count.of(barred.size(), "prompt")));
      }
      out.flush();
    }
    return 0;
  }

  private long write(Exporter exporter, Filter filter) throws IOException {
    return switch (what) {
      case EVERYTHING -> exporter.everything(file);
      case LABELERS -> exporter.labelers(file);
      case PROMPTS -> exporter.prompts(file, filter);
      case DEMONSTRATIONS -> exporter.demonstrations(file, filter);
      case RANKINGS -> exporter.rankings(file, filter);
      case RATINGS -> exporter.ratings(file, filter);
      case COMPLETIONS -> exporter.completions(file, filter);
      case PREFERENCES -> exporter.preferences(file, filter);
    };
  }
}
