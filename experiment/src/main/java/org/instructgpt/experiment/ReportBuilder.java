package org.instructgpt.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.instructgpt.eval.Report;
import org.instructgpt.files.Count;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Answers;
import org.instructgpt.plot.Figure.Bars;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Scores;
import org.instructgpt.statistics.WinRates;

/// What an [Evaluation] found, for people: the report, and a table for the terminal.
///
/// @param inquiry with the numbers
/// @param agenda knows how long everything took
public record ReportBuilder(Evaluation inquiry, ResumableSteps agenda) {
  private static final List<String> ORDER =
      List.of(
          "base",
          HumanEvaluation.PROMPTED,
          "skills",
          "sft",
          "ppo",
          "ppo-ptx",
          HumanEvaluation.CONSTANT,
          HumanEvaluation.LONGEST);

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("base", "Base model"),
          Map.entry("prompted", "Base model, prompted"),
          Map.entry("skills", "Public tasks (FLAN, T0)"),
          Map.entry("sft", "SFT"),
          Map.entry("ppo", "PPO"),
          Map.entry("ppo-ptx", "PPO-ptx (InstructGPT)"),
          Map.entry("constant", "One constant answer"),
          Map.entry("longest", "The longest answer"),
          Map.entry("base-small", "Small base model"),
          Map.entry("ppo-ptx-small", "Small PPO-ptx"),
          Map.entry("base-large", "Large base model"),
          Map.entry("prompted-large", "Large base model, prompted"));

  static final List<Bars.Reference> EVEN = List.of(new Bars.Reference("even", 0.5));
  private static final int SHOWN = 3;

  static String name(String model) {
    return NAMES.getOrDefault(model, model);
  }

  /// The report of a workspace.
  Report report() throws IOException {
    var all = inquiry.measures().all();
    var sections = new ArrayList<Report.Section>();
    sections.add(preferences(all));
    sections.add(answers());
    sections.add(everybody());
    sections.add(useCases());
    sections.add(ratings());
    sections.add(ReportSections.rewardModel(all));
    sections.add(ReportSections.overoptimization(all));
    sections.add(ReportSections.tax(all));
    sections.add(ReportSections.safety(all));
    sections.add(ReportSections.sizes(all));
    sections.add(people());
    sections.add(costs());
    return new Report(
        "InstructGPT in a little world",
        "Simulated customers and labelers, real training; seed " + inquiry.seed(),
        headline(all),
        sections,
        about());
  }

  private Map<String, Object> about() throws IOException {
    var about = new LinkedHashMap<String, Object>();
    about.put("command", "instructgpt demo");
    about.put("seed", inquiry.seed());
    about.put("scale", inquiry.scale().toString());
    return about;
  }

  private static List<Report.Fact> headline(Map<String, Estimate> all) {
    var won = get(all, "win/held-out/ppo-ptx/sft");
    var base = get(all, "win/held-out/ppo-ptx/base");
    var reward = get(all, "reward/accuracy");
    var tax = get(all, "skill/ppo-ptx").value() - get(all, "skill/base").value();
    return List.of(
        new Report.Fact("PPO-ptx preferred to SFT", percent(won.value()), interval(won)),
        new Report.Fact(
            "PPO-ptx preferred to the base model", percent(base.value()), interval(base)),
        new Report.Fact(
            "Reward model right about unseen pairs", percent(reward.value()), interval(reward)),
        new Report.Fact(
            "Skill suite, PPO-ptx less base", "%+.1f".formatted(100 * tax), "points of 100"));
  }

  private static Report.Section preferences(Map<String, Estimate> all) {
    var bars = new ArrayList<Bars.Bar>();
    for (var pool : List.of("held-out", "training")) {
      for (var model : ORDER) {
        if (!model.equals("sft")) {
          bars.add(
              new Bars.Bar(
                  name(model),
                  pool + " labelers",
                  get(all, "win/" + pool + "/" + model + "/sft"),
                  ""));
        }
      }
    }
    var won = get(all, "win/held-out/ppo-ptx/sft");
    var prompted = get(all, "win/held-out/prompted/sft");
    var base = get(all, "win/held-out/base/sft");
    return new Report.Section(
        "preferences",
        "Which answers do people prefer?",
        "Against SFT, held-out labelers prefer the base model in %s of comparisons, the prompted one in %s, PPO-ptx in %s."
            .formatted(percent(base.value()), percent(prompted.value()), percent(won.value())),
        List.of(
            new Bars(
                "Win rate against SFT on prompts of held-out customers, a tie being half a win",
                "%",
                EVEN,
                bars),
            new Figure.Note(
                "How to read it",
                "Each prompt is one cluster of the 95% interval. The constant answer is the demonstration that the reward model likes best; the longest answer is the longest of all models' answers to the prompt. They need no skill: who prefers them looks at the surface.")));
  }

  private List<WithPrompt<Ranking>> verdicts() throws IOException {
    return inquiry.verdicts(Labeler.Pool.HELD_OUT);
  }

  private Report.Section answers() throws IOException {
    var exhibits = new ArrayList<Figure>();
    for (var shown : examples(SHOWN)) {
      exhibits.add(side(shown));
    }
    return new Report.Section(
        "answers",
        "The same question, every model's answer",
        "Prompts whose ranking is most like the average one, each of another use case.",
        exhibits);
  }

  private static Answers side(WithPrompt<Ranking> ranked) {
    var ranking = ranked.item();
    var said = new ArrayList<Answers.Answer>();
    for (var model : ORDER) {
      for (int i = 0; i < ranking.outputs().size(); i++) {
        var output = ranking.outputs().get(i);
        if (output.model().equals(model)) {
          var note = "rank " + ranking.ranks().get(i);
          said.add(new Answers.Answer(name(model), output.text(), note));
        }
      }
    }
    return new Answers("Ranked by a held-out labeler", ranked.prompt().text(), said);
  }

  /// The rankings that are most like the average one, one for each use case: not the best answers,
  /// but those that show what the numbers say.
  List<WithPrompt<Ranking>> examples(int count) throws IOException {
    var verdicts = verdicts();
    var wins = WinRates.of(verdicts);
    var models = wins.models();
    double[][] usual = wins.matrix();
    var seen = new HashSet<Object>();
    return verdicts.stream()
        .filter(each -> each.item().outputs().stream().anyMatch(o -> o.model().equals("ppo-ptx")))
        .sorted(Comparator.comparingLong(each -> -likeness(each.item(), models, usual)))
        .filter(each -> each.prompt().useCase().map(seen::add).orElse(false))
        .limit(count)
        .toList();
  }

  /// How many pairs of the ranking go the way in which the models' pairs usually go.
  ///
  /// @param usual win rates (M, M) of the models
  private static long likeness(Ranking ranking, List<String> models, double[][] usual) {
    return ranking.pairs().stream()
        .filter(pair -> {
          int better = models.indexOf(ranking.outputs().get(pair.better()).model());
          int worse = models.indexOf(ranking.outputs().get(pair.worse()).model());
          return usual[better][worse] > 0.5;
        })
        .count();
  }

  private Report.Section everybody() throws IOException {
    var wins = WinRates.of(verdicts());
    var strengths = new ArrayList<Bars.Bar>();
    for (var each : wins.strengths(Bootstrap.seeded(inquiry.seed()))) {
      strengths.add(Bars.Bar.of(name(each.model()), each.strength()));
    }
    var names = wins.models().stream().map(ReportBuilder::name).toList();
    return new Report.Section(
        "everybody",
        "Everybody against everybody",
        "The strongest by all comparisons at once: " + strengths.getFirst().label() + ".",
        List.of(
            Figure.Heat.of("How often the row is preferred to the column", names, wins.matrix()),
            new Bars(
                "Strength in the Bradley-Terry model, log-odds; two models' difference says how often one wins",
                "",
                List.of(new Bars.Reference("average", 0)),
                strengths)));
  }

  private Report.Section useCases() throws IOException {
    var wins = WinRates.of(verdicts());
    var bars = new ArrayList<Bars.Bar>();
    wins.byUseCase("ppo-ptx", "sft")
        .forEach((useCase, rate) ->
            bars.add(
                new Bars.Bar(
                    useCase.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    "",
                    rate.share(),
                    Count.of(rate.prompts(), "prompt"))));
    return new Report.Section(
        "use-cases",
        "For which use cases?",
        "PPO-ptx against SFT by what was asked; small classes have wide intervals.",
        List.of(new Bars("Win rate of PPO-ptx against SFT, held-out labelers", "%", EVEN, bars)));
  }

  private Report.Section ratings() throws IOException {
    List<WithPrompt<Rating>> given;
    try (var store = inquiry.workspace().store()) {
      given = store.ratings(Filter.ALL.in(Split.TEST).by(Labeler.Pool.HELD_OUT));
    }
    var quality = Scores.quality(given);
    var bars = new ArrayList<Bars.Bar>();
    for (var model : ORDER) {
      bars.add(Bars.Bar.of(name(model), quality.of(model).mean()));
    }
    var head = new ArrayList<String>(List.of("flag"));
    ORDER.forEach(model -> head.add(name(model)));
    var rows = new ArrayList<List<Figure.Cell>>();
    for (var flag : Rating.Flag.values()) {
      var scores = Scores.flag(flag, given);
      var row = new ArrayList<Figure.Cell>();
      row.add(Figure.Cell.text(flag.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
      ORDER.forEach(model -> row.add(Figure.Cell.number(scores.of(model).mean().value(), "%")));
      rows.add(row);
    }
    return new Report.Section(
        "ratings",
        "Quality and flags",
        "Overall quality of PPO-ptx %.1f of 7, of SFT %.1f, of the base model %.1f."
            .formatted(
                quality.of("ppo-ptx").mean().value(),
                quality.of("sft").mean().value(),
                quality.of("base").mean().value()),
        List.of(
            new Bars("Overall quality, 1 to 7, held-out labelers", "", List.of(), bars),
            new Figure.Grid("How often a flag of the paper's Table 3 was set", head, rows)));
  }

  private Report.Section people() {
    var report = inquiry.people().applicants().report();
    var rows = new ArrayList<List<Figure.Cell>>();
    for (var each : report.candidates()) {
      rows.add(
          List.of(
              Figure.Cell.text(each.candidate()),
              Figure.Cell.number(each.flagAgreement(), "%"),
              Figure.Cell.number(each.rankingAgreement(), "%"),
              Figure.Cell.number(each.demonstrationScore()),
              Figure.Cell.text(each.passed() ? "taken" : "")));
    }
    long taken = report.candidates().stream().filter(c -> c.passed()).count();
    return new Report.Section(
        "labelers",
        "Who labels?",
        "%d of %s taken; held-out labelers are not screened."
            .formatted(
                taken, Count.of(report.candidates().size(), "candidate was", "candidates were")),
        List.of(
            new Figure.Grid(
                "Screening",
                List.of(
                    "candidate",
                    "agrees on flags",
                    "agrees on pairs",
                    "demonstrations, 1 to 7",
                    ""),
                rows)));
  }

  private Report.Section costs() throws IOException {
    var rows = new ArrayList<List<Figure.Cell>>();
    agenda
        .seconds()
        .properties()
        .forEach(each ->
            rows.add(
                List.of(
                    Figure.Cell.text(each.getKey()),
                    Figure.Cell.number(each.getValue().asDouble(), "s"))));
    return new Report.Section(
        "cost",
        "How long did it take?",
        "Wall time of each step.",
        List.of(new Figure.Grid("Seconds", List.of("step", "time"), rows)));
  }

  static Estimate get(Map<String, Estimate> all, String key) {
    return all.getOrDefault(key, new Estimate(Double.NaN, Double.NaN, Double.NaN));
  }

  public static String percent(double share) {
    return Double.isNaN(share) ? "?" : "%.0f%%".formatted(100 * share);
  }

  private static String interval(Estimate of) {
    return "95%% interval %.0f to %.0f%%".formatted(100 * of.low(), 100 * of.high());
  }

  /// The end of the demo in the terminal.
  public String table() throws IOException {
    var all = inquiry.measures().all();
    var text =
        new StringBuilder(
            "\nPreferred to SFT by held-out labelers, on prompts of held-out customers:\n\n");
    for (var model : ORDER) {
      var won =
          model.equals("sft")
              ? Measurements.exact(0.5)
              : get(all, "win/held-out/" + model + "/sft");
      text.append(
          "  %-24s %4s  %-12s %s%n"
              .formatted(
                  name(model),
                  percent(won.value()),
                  model.equals("sft")
                      ? ""
                      : "[%.0f, %.0f]".formatted(100 * won.low(), 100 * won.high()),
                  "▇".repeat((int) Math.round(40 * won.value()))));
    }
    for (var shown : examples(1)) {
      text.append("\n\"").append(shown.prompt().text().strip()).append("\"\n\n");
      for (var answer : side(shown).answers()) {
        var line = answer.text().strip().replaceAll("\\s*\\R\\s*", " / ");
        text.append("  %-24s %s%n".formatted(answer.model(), line.isEmpty() ? "(nothing)" : line));
      }
    }
    var root = inquiry.workspace().root();
    return text
        + """

        The report:   %s
        Try a model:  ./instructgpt generate --help
        Go on:        ./instructgpt loop -w %s --rounds 2
        """
            .formatted(inquiry.workspace().reports().resolve(Report.PAGE), root);
  }
}
