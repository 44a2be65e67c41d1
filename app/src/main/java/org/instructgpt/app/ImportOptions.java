package org.instructgpt.app;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.instructgpt.records.Format;
import org.instructgpt.records.ImportReport;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Split;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How files of feedback are read, for `import`, and for `inspect`, which says what that would do.
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class ImportOptions {

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "What the rows look like; told by the first rows when left out: ${COMPLETION-CANDIDATES}.")
  private @Nullable Format format;

  @Option(
      names = "--map",
      paramLabel = "NAME=FIELD",
      split = ",",
      description = {
        "What the files' fields are: --map prompt=question,chosen=response_j,labeler=rater.",
        "A field inside another is named with a dot."
      })
  private Map<String, String> names = new LinkedHashMap<>();

  @Option(
      names = "--every-turn",
      description = "Make each answer of a conversation a demonstration, and not only the last.")
  private boolean everyTurn;

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

  /// @param consented whether those whom the rows name as users agreed to a notice
  ImportSettings settings(Instant now, boolean consented) {
    return new ImportSettings(
        Optional.ofNullable(format),
        skipBad,
        labeler,
        pool,
        Split.Fractions.USUAL,
        now,
        everyTurn,
        consented,
        names);
  }

  /// Prints what was read and what became of it; the status to exit with.
  static int tell(PrintWriter out, ImportReport report) {
    report
        .formats()
        .forEach((file, format) ->
            out.println(
                "%s: %s %s, %s"
                    .formatted(
                        file,
                        format.word(),
                        format.look(),
                        report.reasons().getOrDefault(file, "no row of it could be read"))));
    out.println("rows read: " + report.rows());
    report.added().forEach((type, count) -> out.println("new " + type + ": " + count));
    tell(out, "there already", report.duplicates());
    tell(out, "rows with nothing to import", report.empty());
    report.notes().forEach((note, count) -> tell(out, note, count));
    if (!report.unread().isEmpty()) {
      out.println(
          report.unread().entrySet().stream()
              .map(field -> field.getKey() + " (" + field.getValue() + ")")
              .collect(Collectors.joining(", ", "fields not read, with their rows: ", "")));
    }
    if (report.faults() > 0) {
      out.println("faults of the rows left out: " + report.faults() + report.badRows());
    }
    if (report.isNothing()) {
      out.println("nothing was imported");
    }
    return report.isNothing() ? ErrorMessage.USERS : 0;
  }

  private static void tell(PrintWriter out, String what, long count) {
    if (count > 0) {
      out.println(what + ": " + count);
    }
  }
}
