package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Format;
import org.instructgpt.records.Importer;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Split;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt import`: files of prompts, demonstrations, rankings and ratings into the workspace.
@Command(
    name = "import",
    description = {
      "Brings prompts, demonstrations, rankings and ratings from files into the workspace.",
      "All of them, or none when a line is bad. Makes the workspace where there is none."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class Import implements Callable<Integer> {

  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "workspace",
      paramLabel = "DIR",
      description = "The project's folder (${DEFAULT-VALUE}).")
  private Path workspace;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "What the rows look like; told by the first row when left out: ${COMPLETION-CANDIDATES}.")
  private @Nullable Format format;

  @Option(names = "--skip-bad", description = "Leave bad rows out instead of refusing all.")
  private boolean skipBad;

  @Option(
      names = "--labeler",
      defaultValue = "unknown",
      paramLabel = "NAME",
      description = "Who gave what has no name on it (${DEFAULT-VALUE}).")
  private String labeler;

  @Option(
      names = "--pool",
      defaultValue = "training",
      description =
          "Of labelers not known yet: training, held_out or researcher (${DEFAULT-VALUE}).")
  private Labeler.Pool pool;

  @Option(
      names = "--consent",
      paramLabel = "VERSION",
      description = {
        "The version of the notice to which the customers in the files have agreed.",
        "Prompts of customers are not taken without it."
      })
  private @Nullable String consent;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "JSON lines, may be gzipped.")
  private List<Path> files;

  @Spec private @Nullable CommandSpec spec;
  private final InstantSource clock;

  Import(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    var settings =
        new Importer.Settings(
            Optional.ofNullable(format),
            skipBad,
            labeler,
            pool,
            Split.Fractions.USUAL,
            clock.instant());
    try (var store = Workspace.create(workspace).store()) {
      var vouching =
          new Intake(store, new SecureRandom())
              .vouching(Optional.ofNullable(consent), clock.instant());
      tell(
          Objects.requireNonNull(spec).commandLine().getOut(),
          new Importer(store, settings, vouching).read(files));
    }
    return 0;
  }

  /// Prints what was read and what became of it.
  static void tell(PrintWriter out, Importer.Report report) {
    report.formats().forEach((file, format) -> out.println(file + ": " + format.word()));
    out.println("rows read: " + report.rows());
    report.added().forEach((type, count) -> out.println("new " + type + ": " + count));
    tell(out, "there already", report.duplicates());
    tell(out, "rows with nothing to import", report.empty());
    report.notes().forEach((note, count) -> tell(out, note, count));
    tell(out, "faults of the rows left out", report.bad().size());
    report.bad().forEach(problem -> out.println("  " + problem));
  }

  private static void tell(PrintWriter out, String what, long count) {
    if (count > 0) {
      out.println(what + ": " + count);
    }
  }
}
