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
/// @param firstSeed of the first world; each further world has the next
/// @param seeds how many worlds
public record Reproduction(Path folder, ExperimentSize.Name size, int firstSeed, int seeds) {
  private static final String TABLE = "reproduction.md";

  public Reproduction {
    if (seeds < 1) {
      throw new IllegalArgumentException("--seeds: expected at least 1, found " + seeds);
    }
    if (firstSeed < 0 || firstSeed > Integer.MAX_VALUE - seeds) {
      throw new IllegalArgumentException(
          "--first-seed: expected 0 to %d, found %d"
              .formatted(Integer.MAX_VALUE - seeds, firstSeed));
    }
  }

  /// Runs the steps that are not done yet, and writes the report.
  ///
  /// @param commandsWithLog commands that log to a file
  /// @return the table of the verdicts; empty if it was stopped
  public Optional<String> run(Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
    var measurements = new ArrayList<Measurements>();
    var answers = new ArrayList<Report.Section>();
    for (int world = 0; world < seeds; world++) {
      out.printf("World %d of %d, seed %d:%n", world + 1, seeds, firstSeed + world);
      var experiment = plan(firstSeed + world, commandsWithLog, out);
      experiment.tellPlan();
      if (!experiment.steps().run()) {
        return Optional.empty();
      }
      measurements.add(experiment.evaluation().measurements().read());
      if (answers.isEmpty()) {
        answers.add(new ReportBuilder(experiment.evaluation(), experiment.steps()).answers());
      }
    }
    ReportFiles.write(report(answers, measurements), folder);
    AtomicFiles.write(folder.resolve(TABLE), markdown(measurements));
    return Optional.of(
        "%s%nThe report: %s%nThe table:  %s%n"
            .formatted(table(measurements), folder.resolve(Report.PAGE), folder.resolve(TABLE)));
  }

  private Experiment plan(int seed, Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
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

  /// The command that makes these worlds again.
  private String command() {
    return "instructgpt reproduce --size %s --first-seed %d --seeds %d"
        .formatted(size.name().toLowerCase(Locale.ROOT), firstSeed, seeds);
  }

  /// @param answers sections that come first
  private Report report(List<Report.Section> answers, List<Measurements> measurements) {
    var counts = new EnumMap<Verdict, Integer>(Verdict.class);
    for (var verdict : Verdict.values()) {
      counts.put(verdict, 0);
    }
    PaperClaims.all().forEach(claim -> counts.merge(claim.verdict(measurements), 1, Integer::sum));
    var summary =
        "%d hold, %d fail, %d are undecided with %s."
            .formatted(
                counts.get(Verdict.HOLDS),
                counts.get(Verdict.FAILS),
                counts.get(Verdict.UNDECIDED),
                Count.of(measurements.size(), "seed"));
    var sections = new ArrayList<>(answers);
    sections.add(claims(summary, measurements));
    sections.add(reasons(measurements));
    sections.add(Ablations.section(measurements));
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
        sections,
        Map.of("command", command()));
  }

  private static Report.Section claims(String summary, List<Measurements> measurements) {
    var rows = new ArrayList<List<Cell>>();
    var details = new ArrayList<List<Cell>>();
    for (var claim : PaperClaims.all()) {
      rows.add(
          List.of(
              Cell.text("" + claim.number()),
              Cell.text(claim.statement()),
              Cell.text(claim.paper()),
              Cell.verdict(claim.verdict(measurements))));
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
    return new Report.Section(
        "claims",
        "The paper's claims",
        summary,
        List.of(
            new Figure.Grid("Claims", List.of("#", "claim", "paper", "here"), rows),
            new Figure.Grid(
                "What was measured", List.of("#", "number", "mean over seeds", ""), details),
            ReportBuilder.meaning(
                "A claim holds if the whole 95% interval over the worlds lies where the claim wants it, fails if none of it does, and is undecided in between. What counts was written down before anything was measured.")));
  }

  private static Report.Section reasons(List<Measurements> measurements) {
    var rows = new ArrayList<List<Cell>>();
    for (var reason : ClaimReasons.all()) {
      var found = reason.test().measured(measurements);
      rows.add(
          List.of(
              Cell.text("" + reason.claim()),
              Cell.text(reason.changed()),
              Cell.text(reason.test().what()),
              Cell.estimate(found, reason.test().unit()),
              Cell.verdict(reason.test().bounds().judge(found))));
    }
    return new Report.Section(
        "reasons",
        "Why some claims do not appear here",
        "The same tests with one thing changed that makes the worlds more like the paper's.",
        List.of(
            new Figure.Grid(
                "Experiments",
                List.of("#", "what is changed", "number", "mean over seeds", ""),
                rows),
            ReportBuilder.meaning(
                "Where a test holds under the change and not without it, the change is what these worlds lack. These tests do not count among the claims above.")));
  }
}
