package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.BASE;
import static org.instructgpt.experiment.ModelName.CONSTANT;
import static org.instructgpt.experiment.ModelName.LONGEST;
import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.PPO_PTX;
import static org.instructgpt.experiment.ModelName.PROMPTED;
import static org.instructgpt.experiment.ModelName.SFT;
import static org.instructgpt.experiment.ModelName.SKILLS;
import static org.instructgpt.records.Labeler.Pool.HELD_OUT;
import static org.instructgpt.records.Labeler.Pool.TRAINING;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.instructgpt.eval.Report;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.experiment.MeasureKey.RewardModelMeasure;
import org.instructgpt.files.Count;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Answers;
import org.instructgpt.plot.Figure.Bars;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Scores;
import org.instructgpt.statistics.WinRates;

/// Builds the report of an [Evaluation], and its table for the terminal.
///
/// @param evaluation with the measurements
/// @param steps with their durations
record ReportBuilder(Evaluation evaluation, ResumableSteps steps) {
  private static final List<ModelName> ORDER =
      List.of(BASE, PROMPTED, SKILLS, SFT, PPO, PPO_PTX, CONSTANT, LONGEST);

  static final List<Bars.Reference> EVEN = List.of(new Bars.Reference("even", 0.5));
  private static final int EXAMPLES = 5;

  /// The name of a model in reports, from its stored name.
  private static String title(String stored) {
    return Arrays.stream(ModelName.values())
        .filter(model -> model.stored().equals(stored))
        .map(ModelName::title)
        .findFirst()
        .orElse(stored);
  }

  /// The report of a workspace.
  Report report() throws IOException {
    var all = evaluation.measurements().read();
    var sections = new ArrayList<Report.Section>();
    sections.add(answers());
    sections.add(preferences(all));
    sections.add(allModels());
    sections.add(useCases());
    sections.add(ratings());
    sections.add(ReportSections.rewardModel(all));
    sections.add(ReportSections.overoptimization(all));
    sections.add(ReportSections.alignmentTax(all));
    sections.add(ReportSections.safety(all));
    sections.add(ReportSections.sizes(all));
    sections.add(people());
    sections.add(costs());
    return new Report(
        "InstructGPT in a little world",
        "Simulated customers and labelers, real training; seed " + evaluation.seed(),
        headline(all),
        sections,
        about());
  }

  private Map<String, Object> about() throws IOException {
    var about = new LinkedHashMap<String, Object>();
    about.put("command", "instructgpt demo");
    about.put("seed", evaluation.seed());
    // The key and the first word are as in the reports that exist.
    about.put("scale", evaluation.size().toString().replaceFirst("^\\w+", "Scale"));
    return about;
  }

  private static List<Report.Fact> headline(Measurements all) {
    var won = all.get(MeasureKey.win(HELD_OUT, PPO_PTX, SFT));
    var base = all.get(MeasureKey.win(HELD_OUT, PPO_PTX, BASE));
    var reward = all.get(RewardModelMeasure.ACCURACY.key());
    var tax =
        all.get(ModelMeasure.SKILL.of(PPO_PTX)).value()
            - all.get(ModelMeasure.SKILL.of(BASE)).value();
    return List.of(
        new Report.Fact("PPO-ptx preferred to SFT", percent(won.value()), interval(won)),
        new Report.Fact(
            "PPO-ptx preferred to the base model", percent(base.value()), interval(base)),
        new Report.Fact(
            "Reward model right about unseen pairs", percent(reward.value()), interval(reward)),
        new Report.Fact(
            "Skill suite, PPO-ptx less base", "%+.1f".formatted(100 * tax), "points of 100"));
  }

  private static Report.Section preferences(Measurements all) {
    var bars = new ArrayList<Bars.Bar>();
    for (var pool : List.of(HELD_OUT, TRAINING)) {
      for (var model : ORDER) {
        if (model != SFT) {
          bars.add(
              new Bars.Bar(
                  model.title(),
                  MeasureKey.word(pool) + " labelers",
                  all.get(MeasureKey.win(pool, model, SFT)),
                  ""));
        }
      }
    }
    var won = all.get(MeasureKey.win(HELD_OUT, PPO_PTX, SFT));
    var prompted = all.get(MeasureKey.win(HELD_OUT, PROMPTED, SFT));
    var base = all.get(MeasureKey.win(HELD_OUT, BASE, SFT));
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
            meaning(
                "Right of the line a model is preferred to SFT, left of it SFT is. Each prompt is one cluster of the 95% interval. The constant answer is the demonstration that the reward model likes best; the longest answer is the longest of all models' answers to the prompt. They need no skill: who prefers them looks at the surface.")));
  }

  private List<WithPrompt<Ranking>> rankings() throws IOException {
    return evaluation.rankings(HELD_OUT);
  }

  /// The same prompts' answers of all models side by side.
  Report.Section answers() throws IOException {
    var figures = new ArrayList<Figure>();
    for (var shown : examples(EXAMPLES)) {
      figures.add(answersTo(shown));
    }
    return new Report.Section(
        "answers",
        "The same question, every model's answer",
        "%s, chosen by a rule: those whose ranking by a held-out labeler is most like the average one, each of another use case."
            .formatted(Count.of(figures.size(), "prompt")),
        figures);
  }

  private static Answers answersTo(WithPrompt<Ranking> ranked) {
    var ranking = ranked.item();
    var answers = new ArrayList<Answers.Answer>();
    for (var model : ORDER) {
      for (int i = 0; i < ranking.outputs().size(); i++) {
        var output = ranking.outputs().get(i);
        if (output.model().equals(model.stored())) {
          var note = "rank " + ranking.ranks().get(i);
          answers.add(new Answers.Answer(model.title(), output.text(), note));
        }
      }
    }
    return new Answers("Ranked by a held-out labeler", ranked.prompt().text(), answers);
  }

  /// The rankings that are most like the average one, one for each use case: not the best answers,
  /// but typical ones.
  List<WithPrompt<Ranking>> examples(int count) throws IOException {
    var rankings = rankings();
    var wins = WinRates.of(rankings);
    var models = wins.models();
    double[][] usual = wins.matrix();
    var seen = new HashSet<Object>();
    return rankings.stream()
        .filter(each ->
            each.item().outputs().stream().anyMatch(o -> o.model().equals(PPO_PTX.stored())))
        .sorted(Comparator.comparingLong(each -> -typicalPairs(each.item(), models, usual)))
        .filter(each -> each.prompt().useCase().map(seen::add).orElse(false))
        .limit(count)
        .toList();
  }

  /// The number of pairs of the ranking whose order is that of most rankings.
  ///
  /// @param usual win rates (M, M) of the models
  private static long typicalPairs(Ranking ranking, List<String> models, double[][] usual) {
    return ranking.pairs().stream()
        .filter(pair -> {
          int better = models.indexOf(ranking.outputs().get(pair.better()).model());
          int worse = models.indexOf(ranking.outputs().get(pair.worse()).model());
          return usual[better][worse] > 0.5;
        })
        .count();
  }

  private Report.Section allModels() throws IOException {
    var wins = WinRates.of(rankings());
    var strengths = new ArrayList<Bars.Bar>();
    for (var each : wins.strengths(Bootstrap.seeded(evaluation.seed()))) {
      strengths.add(Bars.Bar.of(title(each.model()), each.strength()));
    }
    var names = wins.models().stream().map(ReportBuilder::title).toList();
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
                strengths),
            meaning(
                "A cell of the first figure says how often the model of its row was ranked above the model of its column. The second sums all pairs up in one number a model: who leads another by 0.7 wins two comparisons of three against it.")));
  }

  private Report.Section useCases() throws IOException {
    var wins = WinRates.of(rankings());
    var bars = new ArrayList<Bars.Bar>();
    wins.byUseCase(PPO_PTX.stored(), SFT.stored())
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
        List.of(
            new Bars("Win rate of PPO-ptx against SFT, held-out labelers", "%", EVEN, bars),
            meaning(
                "Right of the line PPO-ptx is preferred, left of it SFT; an interval that crosses the line decides nothing.")));
  }

  private Report.Section ratings() throws IOException {
    List<WithPrompt<Rating>> given;
    try (var store = evaluation.workspace().store()) {
      given = store.ratings(Filter.ALL.in(Split.TEST).by(HELD_OUT));
    }
    var quality = Scores.quality(given);
    var bars = new ArrayList<Bars.Bar>();
    for (var model : ORDER) {
      bars.add(Bars.Bar.of(model.title(), quality.of(model.stored()).mean()));
    }
    var head = new ArrayList<String>(List.of("flag"));
    ORDER.forEach(model -> head.add(model.title()));
    var rows = new ArrayList<List<Figure.Cell>>();
    for (var flag : Rating.Flag.values()) {
      var scores = Scores.flag(flag, given);
      var row = new ArrayList<Figure.Cell>();
      row.add(Figure.Cell.text(flag.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
      ORDER.forEach(
          model -> row.add(Figure.Cell.number(scores.of(model.stored()).mean().value(), "%")));
      rows.add(row);
    }
    return new Report.Section(
        "ratings",
        "Quality and flags",
        "Overall quality of PPO-ptx %.1f of 7, of SFT %.1f, of the base model %.1f."
            .formatted(
                quality.of(PPO_PTX.stored()).mean().value(),
                quality.of(SFT.stored()).mean().value(),
                quality.of(BASE.stored()).mean().value()),
        List.of(
            new Bars("Overall quality, 1 to 7, held-out labelers", "", List.of(), bars),
            new Figure.Grid("How often a flag of the paper's Table 3 was set", head, rows),
            meaning(
                "Quality is a labeler's mark for one answer alone, from 1 to 7. A flag's share is how many of a model's answers had it; only \"satisfies constraint\" is a merit.")));
  }

  /// A sentence or two on what the figures of a section mean.
  static Figure.Note meaning(String text) {
    return new Figure.Note("How to read it", text);
  }

  private Report.Section people() {
    var report = evaluation.people().hired().report();
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
                rows),
            meaning(
                "Candidates were tested by the paper's criteria: do they see the flags and prefer the outputs that researchers do, and are their demonstrations good? Those who were taken label what the models learn from.")));
  }

  private Report.Section costs() throws IOException {
    var rows = new ArrayList<List<Figure.Cell>>();
    steps
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

  static String percent(double share) {
    return Double.isNaN(share) ? "?" : "%.0f%%".formatted(100 * share);
  }

  private static String interval(Estimate of) {
    return "95%% interval %.0f to %.0f%%".formatted(100 * of.low(), 100 * of.high());
  }

  /// The table that the demo prints at its end.
  String table() throws IOException {
    var all = evaluation.measurements().read();
    var text =
        new StringBuilder(
            "\nPreferred to SFT by held-out labelers, on prompts of held-out customers:\n\n");
    for (var model : ORDER) {
      var won =
          model == SFT ? Measurements.exact(0.5) : all.get(MeasureKey.win(HELD_OUT, model, SFT));
      text.append(
          "  %-24s %4s  %-12s %s%n"
              .formatted(
                  model.title(),
                  percent(won.value()),
                  model == SFT ? "" : "[%.0f, %.0f]".formatted(100 * won.low(), 100 * won.high()),
                  "▇".repeat((int) Math.round(40 * won.value()))));
    }
    for (var shown : examples(1)) {
      text.append("\n\"").append(shown.prompt().text().strip()).append("\"\n\n");
      for (var answer : answersTo(shown).answers()) {
        var line = answer.text().strip().replaceAll("\\s*\\R\\s*", " / ");
        text.append("  %-24s %s%n".formatted(answer.model(), line.isEmpty() ? "(nothing)" : line));
      }
    }
    var root = evaluation.workspace().root();
    return text
        + """

        The report:   %s
        Try a model:  ./instructgpt generate --help
        Go on:        ./instructgpt loop -w %s --rounds 2
        """
            .formatted(evaluation.workspace().reports().resolve(Report.PAGE), root);
  }
}
