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
import org.instructgpt.project.Workspace;
import org.instructgpt.records.ImportReport;
import org.instructgpt.records.Importer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
final class ImportCommand implements Callable<Integer> {

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Mixin private ImportOptions options;

  @Option(
      names = "--consent",
      paramLabel = "VERSION",
      description = {
        "The version of the notice to which the customers in the files have agreed.",
        "Who is named as a user in a row is then a customer.",
        "Our own records of customers' prompts are not taken without it."
      })
  private @Nullable String consent;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "JSON lines, JSON, CSV, TSV, Parquet; also .gz, .zst, .zip.")
  private List<Path> files;

  @Spec private @Nullable CommandSpec spec;
  private final InstantSource clock;

  ImportCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var settings = options.settings(clock.instant(), consent != null);
    try (var store = Workspace.create(workspace.folder()).store()) {
      var vouching =
          new Intake(store, new SecureRandom())
              .vouching(Optional.ofNullable(consent), clock.instant());
      var report = new Importer(store, settings, vouching).read(files);
      int status = ImportOptions.tell(out, report);
      tellConsent(out, report);
      return status;
    }
  }

  /// Says what became of those who are named as users.
  private void tellConsent(PrintWriter out, ImportReport report) {
    long others = report.users() - report.customers();
    if (consent != null && report.customers() > 0) {
      out.println(
          "consent to " + consent + " stored for the users of " + count(report.customers()));
    } else if (consent != null) {
      out.println("--consent " + consent + " had no effect: no row names a user who is a customer");
    }
    if (consent == null && others > 0) {
      out.println(
          "users are named in "
              + count(others)
              + ", whose consent is not stored; if they are your customers: --consent VERSION");
    }
  }

  private static String count(long rows) {
    return rows == 1 ? "one row" : rows + " rows";
  }
}
