package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.BASE;
import static org.instructgpt.experiment.ModelName.BASE_LARGE;
import static org.instructgpt.experiment.ModelName.BASE_SMALL;
import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.PPO_PTX;
import static org.instructgpt.experiment.ModelName.PPO_PTX_SMALL;
import static org.instructgpt.experiment.ModelName.PROMPTED_LARGE;
import static org.instructgpt.experiment.ModelName.SFT;
import static org.instructgpt.experiment.ModelName.SKILLS;
import static org.instructgpt.experiment.ReportBuilder.meaning;
import static org.instructgpt.experiment.ReportBuilder.percent;
import static org.instructgpt.records.Labeler.Pool.HELD_OUT;
import static org.instructgpt.records.Labeler.Pool.TRAINING;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.instructgpt.eval.Overoptimization;
import org.instructgpt.eval.Overoptimization.Form;
import org.instructgpt.eval.Report;
import org.instructgpt.experiment.MeasureKey.AgreementMeasure;
import org.instructgpt.experiment.MeasureKey.CompletionMeasure;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.experiment.MeasureKey.RewardModelMeasure;
import org.instructgpt.experiment.MeasureKey.TruthMeasure;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Bars;
import org.instructgpt.plot.Figure.Curves.Point;
import org.instructgpt.plot.Figure.Curves.Series;
import org.instructgpt.plot.Figure.Curves.Style;
import org.instructgpt.simulation.Probe.Prefix;
import org.instructgpt.simulation.Probe.TruthForm;
import org.instructgpt.simulation.Skill;

/// Builds the sections of the report that need nothing but the [Measurements].
final class ReportSections {
  private static final String BEST_OF = "Best of n";
  private static final List<ModelName> SAFETY_MODELS = List.of(BASE, SFT, PPO, PPO_PTX);

  private ReportSections() {}

  static Report.Section rewardModel(Measurements all) {
    var accuracy = all.get(RewardModelMeasure.ACCURACY.key());
    var agreement = all.get(AgreementMeasure.AGREEMENT_WITHOUT_TIES.ofRankings());
    return new Report.Section(
        "reward-model",
        "Can the reward model tell?",
        "It is right about %s of unseen pairs; labelers agree with each other in %s, and choosing the longer answer is right in %s."
            .formatted(
                percent(accuracy.value()),
                percent(agreement.value()),
                percent(all.get(RewardModelMeasure.LONGER_WINS.key()).value())),
        List.of(
            new Bars(
                "Share of pairs without ties",
                "%",
                List.of(new Bars.Reference("chance", 0.5)),
                List.of(
                    Bars.Bar.of("Reward model, unseen rankings", accuracy),
                    Bars.Bar.of(
                        "The longer answer wins", all.get(RewardModelMeasure.LONGER_WINS.key())),
                    Bars.Bar.of("Labelers with each other, the same task", agreement),
                    Bars.Bar.of(
                        "Training labelers, judging models",
                        all.get(AgreementMeasure.AGREEMENT_WITHOUT_TIES.of(TRAINING))),
                    Bars.Bar.of(
                        "Held-out labelers, judging models",
                        all.get(AgreementMeasure.AGREEMENT_WITHOUT_TIES.of(HELD_OUT))))),
            meaning(
                "Each row says in how many pairs it chooses the answer that a labeler ranked higher. What the reward model has learned is its lead over the longer answer; labelers' agreement with each other is about the most that can be learned.")));
  }

  static Report.Section overoptimization(Measurements all) {
    var gold = new ArrayList<Series>();
    var proxy = new ArrayList<Series>();
    for (var policy : List.of(PPO, PPO_PTX)) {
      gold.add(curve(all, policy.title(), all.snapshots(policy), ModelMeasure.GOLD_WORTH));
      proxy.add(curve(all, policy.title(), all.snapshots(policy), ModelMeasure.PROXY));
    }
    gold.add(curve(all, BEST_OF, all.bestOf(), ModelMeasure.GOLD_WORTH));
    proxy.add(curve(all, BEST_OF, all.bestOf(), ModelMeasure.PROXY));
    var x = "distance from the start, square root of KL in nats";
    return new Report.Section(
        "over-optimisation",
        "How far can one follow the reward model?",
        "The reward model's score is a proxy: it keeps rising, and what the answers are truly worth need not.",
        List.of(
            new Figure.Curves(
                "True worth (0 to 1), which no model sees", x, "true worth", false, gold),
            new Figure.Curves("The reward model's score", x, "reward", false, proxy),
            fits(gold, proxy),
            meaning(
                "Each point is a policy in training: the farther right, the farther it has moved from its start. Where the second figure rises and the first falls, it has learned to please the reward model and no longer people.")));
  }

  /// The two forms of Gao et al., fitted to the curves of the score less that at the start.
  private static Figure.Grid fits(List<Series> gold, List<Series> proxy) {
    var rows = new ArrayList<List<Figure.Cell>>();
    for (int i = 0; i < gold.size(); i++) {
      rows.add(fit("true worth", gold.get(i)));
      rows.add(fit("reward", proxy.get(i)));
    }
    return new Figure.Grid(
        "Gao et al.'s curves, fitted: d (alpha - beta d) for best of n, d (alpha - beta log d) for the others",
        List.of("policy", "score", "alpha", "beta", "R2", "highest at distance"),
        rows);
  }

  private static List<Figure.Cell> fit(String score, Series series) {
    var form = series.name().equals(BEST_OF) ? Form.BEST_OF_N : Form.REINFORCEMENT_LEARNING;
    double start = series.points().getFirst().y().value();
    var points =
        series.points().stream()
            .map(p -> new Overoptimization.Point(p.x() * p.x(), p.y().value() - start))
            .toList();
    var cells = new ArrayList<Figure.Cell>();
    cells.add(Figure.Cell.text(series.name()));
    cells.add(Figure.Cell.text(score));
    if (points.stream().filter(p -> p.kl() > 0).distinct().count() < 2) {
      cells.addAll(Collections.nCopies(4, Figure.Cell.text("too few points")));
      return cells;
    }
    var fit = Overoptimization.fit(form, points);
    for (double number : new double[] {fit.alpha(), fit.beta(), fit.r2()}) {
      cells.add(Figure.Cell.number(number));
    }
    var peak = fit.peak();
    double farthest = series.points().getLast().x();
    boolean inside = peak.isPresent() && peak.getAsDouble() <= farthest;
    cells.add(
        inside
            ? Figure.Cell.number(peak.getAsDouble())
            : Figure.Cell.text(
                peak.isEmpty() && fit.alpha() <= 0 ? "at the start" : "farther than measured"));
    return cells;
  }

  private static Series curve(
      Measurements all, String name, List<MeasuredModel> models, ModelMeasure measure) {
    var points = new TreeMap<Double, Point>();
    for (var model : models) {
      double distance = Math.sqrt(Math.max(0, all.get(ModelMeasure.KL.of(model)).value()));
      points.put(distance, new Point(distance, all.get(measure.of(model))));
    }
    return new Series(name, Style.LINE, List.copyOf(points.values()));
  }

  static Report.Section alignmentTax(Measurements all) {
    var models = List.of(BASE, SFT, PPO, PPO_PTX, SKILLS);
    var head = new ArrayList<String>(List.of("skill"));
    models.forEach(model -> head.add(model.title()));
    var rows = new ArrayList<List<Figure.Cell>>();
    for (var skill : skills(all)) {
      var row = new ArrayList<Figure.Cell>(List.of(Figure.Cell.text(MeasureKey.word(skill))));
      models.forEach(
          model -> row.add(Figure.Cell.estimate(all.get(MeasureKey.skill(model, skill)), "%")));
      rows.add(row);
    }
    var bars =
        models.stream()
            .map(model -> Bars.Bar.of(model.title(), all.get(ModelMeasure.SKILL.of(model))))
            .toList();
    return new Report.Section(
        "alignment-tax",
        "What does alignment cost? The skill suite",
        "All skills together: base %s, PPO %s, PPO-ptx %s."
            .formatted(
                percent(all.get(ModelMeasure.SKILL.of(BASE)).value()),
                percent(all.get(ModelMeasure.SKILL.of(PPO)).value()),
                percent(all.get(ModelMeasure.SKILL.of(PPO_PTX)).value())),
        List.of(
            new Bars("Mean score of all items", "%", List.of(), bars),
            new Figure.Grid("By skill", head, rows),
            meaning(
                "Each item has one right answer. The way down from the base model is what alignment costs; the way up from PPO to PPO-ptx is what pretraining gradients save of it.")));
  }

  /// The measured skills, by name.
  private static List<Skill> skills(Measurements all) {
    return Stream.of(Skill.values())
        .filter(skill -> all.has(MeasureKey.skill(BASE, skill)))
        .sorted(Comparator.comparing(MeasureKey::word))
        .toList();
  }

  static Report.Section safety(Measurements all) {
    var figures = new ArrayList<Figure>();
    figures.add(
        bars(
            all,
            "True and informative about popular falsehoods",
            List.of(TruthForm.values()),
            TruthMeasure.TRUTH_INFORMATIVE::of,
            "%"));
    figures.add(
        bars(
            all,
            "Completions with a rude word",
            List.of(Prefix.values()),
            CompletionMeasure.RUDE::of,
            "%"));
    figures.add(
        new Bars(
            "Invents something on a closed-domain prompt",
            "%",
            List.of(),
            SAFETY_MODELS.stream()
                .map(model ->
                    new Bars.Bar(
                        model.title(), "", all.get(ModelMeasure.HALLUCINATION.of(model)), ""))
                .toList()));
    figures.add(
        bars(
            all,
            "Entropy between he and she; 1 bit is no bias",
            List.of(Prefix.values()),
            CompletionMeasure.ENTROPY::of,
            "bits"));
    figures.add(
        meaning(
            "In the first figure more is better, in the third less. In the second a model that follows instructions is rude where it was asked to be and nowhere else. In the fourth, less than 1 bit means that it prefers one of the two words."));
    return new Report.Section(
        "truth-and-harm",
        "Truth and harm",
        "Made up on closed-domain prompts: base %s, SFT %s, PPO-ptx %s."
            .formatted(
                percent(all.get(ModelMeasure.HALLUCINATION.of(BASE)).value()),
                percent(all.get(ModelMeasure.HALLUCINATION.of(SFT)).value()),
                percent(all.get(ModelMeasure.HALLUCINATION.of(PPO_PTX)).value())),
        figures);
  }

  /// A bar for each kind and model.
  private static <K extends Enum<K>> Bars bars(
      Measurements all,
      String caption,
      List<K> kinds,
      BiFunction<ModelName, K, MeasureKey> key,
      String unit) {
    var bars = new ArrayList<Bars.Bar>();
    for (var kind : kinds) {
      for (var model : SAFETY_MODELS) {
        var group = MeasureKey.word(kind).replace('-', ' ');
        bars.add(new Bars.Bar(model.title(), group, all.get(key.apply(model, kind)), ""));
      }
    }
    return new Bars(caption, unit, List.of(), bars);
  }

  static Report.Section sizes(Measurements all) {
    var bars = new ArrayList<Bars.Bar>();
    for (var other : List.of(BASE_SMALL, BASE, BASE_LARGE, PROMPTED_LARGE)) {
      var key = MeasureKey.win(HELD_OUT, PPO_PTX_SMALL, other);
      if (all.has(key)) {
        bars.add(Bars.Bar.of("against: " + other.title(), all.get(key)));
      }
    }
    return new Report.Section(
        "sizes",
        "A small aligned model and a large one that is not",
        "The small PPO-ptx model is preferred to the large base model in %s of comparisons."
            .formatted(
                percent(all.get(MeasureKey.win(HELD_OUT, PPO_PTX_SMALL, BASE_LARGE)).value())),
        List.of(
            new Bars("Win rate of the small PPO-ptx model", "%", ReportBuilder.EVEN, bars),
            meaning(
                "Right of the line the small aligned model is preferred to the model that the row names.")));
  }
}
