package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.instructgpt.eval.Report;
import org.instructgpt.eval.ReportFiles;
import org.instructgpt.experiment.Ablations;
import org.instructgpt.experiment.Commands;
import org.instructgpt.experiment.Experiment;
import org.instructgpt.experiment.ExperimentSize;
import org.instructgpt.experiment.Measurements;
import org.instructgpt.experiment.PaperClaim;
import org.instructgpt.experiment.PaperClaims;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Cell;
import org.instructgpt.plot.Figure.Verdict;
import org.instructgpt.statistics.Estimate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt reproduce`: the paper's claims, measured in little worlds.
@Command(
    name = "reproduce",
    description = {
      "Measures the paper's claims in little worlds and says of each whether it holds.",
      "Several seeds, with the sweeps of its appendix E: a table, a report, and reproduction.md in the"
          + " workspace. Stopped or killed, the same command goes on where it was."
    },
    mixinStandardHelpOptions = true)
final class ReproduceCommand implements Callable<Integer> {
  private static final String TABLE = "reproduction.md";

  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "reproduction",
      paramLabel = "DIR",
      description = "The folder that is made, with a workspace a seed (${DEFAULT-VALUE}).")
  private Path folder = Path.of("reproduction");

  @Option(
      names = "--size",
      defaultValue = "small",
      paramLabel = "SIZE",
      description = "Of each world, as in demo (${DEFAULT-VALUE}).")
  private ExperimentSize.Name size = ExperimentSize.Name.SMALL;

  @Option(
      names = "--seeds",
      defaultValue = "3",
      paramLabel = "N",
      description = "How many worlds, seeds 1 to N (${DEFAULT-VALUE}).")
  private int seeds = 3;

  @Spec private @Nullable CommandSpec spec;

  private final Function<Path, Commands> commands;

  /// @param commands those that log to a file
  ReproduceCommand(Function<Path, Commands> commands) {
    this.commands = commands;
  }

  @Override
  public Integer call() throws IOException {
    if (seeds < 1) {
      throw new IllegalArgumentException("--seeds: expected at least 1, found " + seeds);
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var measured = new ArrayList<Measurements>();
    for (int seed = 1; seed <= seeds; seed++) {
      var experiment = plan(seed, out);
      if (!experiment.steps().run()) {
        return StopSignals.STOPPED;
      }
      measured.add(experiment.evaluation().measurements().read());
    }
    ReportFiles.write(report(measured), folder);
    AtomicFiles.write(folder.resolve(TABLE), markdown(measured));
    out.print(table(measured));
    out.println(
        "\nThe report: " + folder.resolve(Report.PAGE) + "\nThe table:  " + folder.resolve(TABLE));
    out.flush();
    return 0;
  }

  private Experiment plan(int seed, PrintWriter out) throws IOException {
    out.println("World " + seed + " of " + seeds + ":");
    var experiment = Experiment.begin(folder.resolve("seed-" + seed), size, seed, commands, out);
    experiment.plan();
    new Ablations(experiment).plan(experiment.steps());
    return experiment;
  }

  private static String table(List<Measurements> seeds) {
    var text = new StringBuilder("\n");
    for (var claim : PaperClaims.all()) {
      text.append(
          "%2d  %-10s %s%n"
              .formatted(claim.number(), word(claim.verdict(seeds)), claim.statement()));
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

  private static String markdown(List<Measurements> seeds) {
    var text =
        new StringBuilder(
            "| # | claim | paper | measured | ours [95%] | |\n|---|---|---|---|---|---|\n");
    for (var claim : PaperClaims.all()) {
      boolean first = true;
      for (var test : claim.tests()) {
        var found = test.measured(seeds);
        text.append(
            "| %s | %s | %s | %s | %s | %s |%n"
                .formatted(
                    first ? claim.number() : "",
                    first ? claim.statement() : "",
                    first ? claim.paper() : "",
                    test.what(),
                    number(found, test.unit()),
                    verdicts(claim, test.bounds().judge(found), first, seeds)));
        first = false;
      }
    }
    return text.toString();
  }

  private static String verdicts(
      PaperClaim claim, Verdict own, boolean first, List<Measurements> seeds) {
    var whole = first ? "**" + word(claim.verdict(seeds)) + "**" : "";
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

  private Report report(List<Measurements> seeds) {
    var rows = new ArrayList<List<Cell>>();
    var details = new ArrayList<List<Cell>>();
    var counts = new EnumMap<Verdict, Integer>(Verdict.class);
    for (var verdict : Verdict.values()) {
      counts.put(verdict, 0);
    }
    for (var claim : PaperClaims.all()) {
      var verdict = claim.verdict(seeds);
      counts.merge(verdict, 1, Integer::sum);
      rows.add(
          List.of(
              Cell.text("" + claim.number()),
              Cell.text(claim.statement()),
              Cell.text(claim.paper()),
              Cell.verdict(verdict)));
      for (var test : claim.tests()) {
        var found = test.measured(seeds);
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
                    Count.of(seeds.size(), "seed")),
            List.of(
                new Figure.Grid("Claims", List.of("#", "claim", "paper", "here"), rows),
                new Figure.Grid(
                    "What was measured", List.of("#", "number", "mean over seeds", ""), details)));
    return new Report(
        "InstructGPT's claims in little worlds",
        Count.of(seeds.size(), "world") + " of size " + size.name().toLowerCase(Locale.ROOT),
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
        List.of(claims, Ablations.section(seeds)),
        Map.of("command", "instructgpt reproduce --seeds " + seeds.size()));
  }
}
