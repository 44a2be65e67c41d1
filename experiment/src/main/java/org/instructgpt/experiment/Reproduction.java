package org.instructgpt.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.instructgpt.eval.Report;
import org.instructgpt.eval.ReportFiles;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Cell;
import org.instructgpt.plot.Figure.Verdict;
import org.instructgpt.statistics.Estimate;

/// The reproduction: tests the [claims of the paper][PaperClaims] in simulated worlds of several
/// seeds.
///
/// @param folder of the report, with a workspace for each seed
/// @param size of each world
/// @param seeds 1 to this number
public record Reproduction(Path folder, ExperimentSize.Name size, int seeds) {
  private static final String TABLE = "reproduction.md";

  public Reproduction {
    if (seeds < 1) {
      throw new IllegalArgumentException("--seeds: expected at least 1, found " + seeds);
    }
  }

  /// Runs the steps that are not done yet, and writes the report.
  ///
  /// @param commandsWithLog commands that log to a file
  /// @return the table of the verdicts; empty if it was stopped
  public Optional<String> run(Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
    var measurements = new ArrayList<Measurements>();
    for (int seed = 1; seed <= seeds; seed++) {
      var experiment = plan(seed, commandsWithLog, out);
      if (!experiment.steps().run()) {
        return Optional.empty();
      }
      measurements.add(experiment.evaluation().measurements().read());
    }
    ReportFiles.write(report(measurements), folder);
    AtomicFiles.write(folder.resolve(TABLE), markdown(measurements));
    return Optional.of(
        "%s%nThe report: %s%nThe table:  %s%n"
            .formatted(table(measurements), folder.resolve(Report.PAGE), folder.resolve(TABLE)));
  }

  private Experiment plan(int seed, Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
    out.println("World " + seed + " of " + seeds + ":");
    var experiment =
        Experiment.begin(folder.resolve("seed-" + seed), size, seed, commandsWithLog, out);
    experiment.plan();
    new Ablations(experiment).plan(experiment.steps());
    return experiment;
  }

  private static String table(List<Measurements> measurements) {
    var text = new StringBuilder("\n");
    for (var claim : PaperClaims.all()) {
      text.append(
          "%2d  %-10s %s%n"
              .formatted(claim.number(), word(claim.verdict(measurements)), claim.statement()));
    }
    return text.toString();
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case HOLDS -> "holds";
      case FAILS -> "fails";
      case UNDECIDED -> "undecided";
    };
  }

  private static String markdown(List<Measurements> measurements) {
    var text =
        new StringBuilder(
            "| # | claim | paper | measured | ours [95%] | |\n|---|---|---|---|---|---|\n");
    for (var claim : PaperClaims.all()) {
      boolean first = true;
      for (var test : claim.tests()) {
        var found = test.measured(measurements);
        text.append(
            "| %s | %s | %s | %s | %s | %s |%n"
                .formatted(
                    first ? claim.number() : "",
                    first ? claim.statement() : "",
                    first ? claim.paper() : "",
                    test.what(),
                    number(found, test.unit()),
                    verdicts(claim, test.bounds().judge(found), first, measurements)));
        first = false;
      }
    }
    return text.toString();
  }

  private static String verdicts(
      PaperClaim claim, Verdict own, boolean first, List<Measurements> measurements) {
    var whole = first ? "**" + word(claim.verdict(measurements)) + "**" : "";
    return claim.tests().size() == 1 ? whole : (word(own) + " " + whole).strip();
  }

  private static String number(Estimate found, String unit) {
    if (Double.isNaN(found.value())) {
      return "not measured";
    }
    double factor = unit.equals("%") ? 100 : 1;
    if (Double.isInfinite(found.high())) { // one seed has no interval
      return String.format(Locale.ROOT, "%.3g", factor * found.value());
    }
    var digits = unit.equals("%") ? "%.1f [%.1f, %.1f]" : "%.3g [%.3g, %.3g]";
    return String.format(
        Locale.ROOT, digits, factor * found.value(), factor * found.low(), factor * found.high());
  }

  private Report report(List<Measurements> measurements) {
    var rows = new ArrayList<List<Cell>>();
    var details = new ArrayList<List<Cell>>();
    var counts = new EnumMap<Verdict, Integer>(Verdict.class);
    for (var verdict : Verdict.values()) {
      counts.put(verdict, 0);
    }
    for (var claim : PaperClaims.all()) {
      var verdict = claim.verdict(measurements);
      counts.merge(verdict, 1, Integer::sum);
      rows.add(
          List.of(
              Cell.text("" + claim.number()),
              Cell.text(claim.statement()),
              Cell.text(claim.paper()),
              Cell.verdict(verdict)));
      for (var test : claim.tests()) {
        var found = test.measured(measurements);
        details.add(
            List.of(
                Cell.text("" + claim.number()),
                Cell.text(test.what()),
                Cell.estimate(found, test.unit()),
                Cell.verdict(test.bounds().judge(found))));
      }
    }
    var claims =
        new Report.Section(
            "claims",
            "The paper's claims",
            "%d hold, %d fail, %d are undecided with %s."
                .formatted(
                    counts.get(Verdict.HOLDS),
                    counts.get(Verdict.FAILS),
                    counts.get(Verdict.UNDECIDED),
                    Count.of(measurements.size(), "seed")),
            List.of(
                new Figure.Grid("Claims", List.of("#", "claim", "paper", "here"), rows),
                new Figure.Grid(
                    "What was measured", List.of("#", "number", "mean over seeds", ""), details)));
    return new Report(
        "InstructGPT's claims in little worlds",
        Count.of(measurements.size(), "world") + " of size " + size.name().toLowerCase(Locale.ROOT),
        List.of(
            new Report.Fact(
                "Claims that hold",
                "" + counts.get(Verdict.HOLDS),
                "of " + PaperClaims.all().size()),
            new Report.Fact("Claims that fail", "" + counts.get(Verdict.FAILS), ""),
            new Report.Fact(
                "Undecided",
                "" + counts.get(Verdict.UNDECIDED),
                "the interval lies on both sides")),
        List.of(claims, Ablations.section(measurements)),
        Map.of("command", "instructgpt reproduce --seeds " + measurements.size()));
  }
}
