package org.instructgpt.experiment;

import static org.instructgpt.experiment.ReportBuilder.get;
import static org.instructgpt.experiment.ReportBuilder.name;
import static org.instructgpt.experiment.ReportBuilder.percent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.instructgpt.eval.Overoptimization;
import org.instructgpt.eval.Overoptimization.Form;
import org.instructgpt.eval.Report;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Bars;
import org.instructgpt.plot.Figure.Curves.Point;
import org.instructgpt.plot.Figure.Curves.Series;
import org.instructgpt.plot.Figure.Curves.Style;
import org.instructgpt.statistics.Estimate;

/// The sections of the report that are made from the [Measurements] alone.
final class ReportSections {
  private static final String BEST_OF = "Best of n";

  private ReportSections() {}

  static Report.Section rewardModel(Map<String, Estimate> all) {
    var accuracy = get(all, "reward/accuracy");
    var agreement = get(all, "agreement-without-ties/ranking");
    return new Report.Section(
        "reward-model",
        "Can the reward model tell?",
        "It is right about %s of unseen pairs; labelers agree with each other in %s, and choosing the longer answer is right in %s."
            .formatted(
                percent(accuracy.value()),
                percent(agreement.value()),
                percent(get(all, "reward/longer_wins").value())),
        List.of(
            new Bars(
                "Share of pairs without ties",
                "%",
                List.of(new Bars.Reference("chance", 0.5)),
                List.of(
                    Bars.Bar.of("Reward model, unseen rankings", accuracy),
                    Bars.Bar.of("The longer answer wins", get(all, "reward/longer_wins")),
                    Bars.Bar.of("Labelers with each other, the same task", agreement),
                    Bars.Bar.of(
                        "Training labelers, judging models",
                        get(all, "agreement-without-ties/training")),
                    Bars.Bar.of(
                        "Held-out labelers, judging models",
                        get(all, "agreement-without-ties/held-out"))))));
  }

  static Report.Section overoptimization(SortedMap<String, Estimate> all) {
    var gold = new ArrayList<Series>();
    var proxy = new ArrayList<Series>();
    for (var policy : List.of("ppo", "ppo-ptx")) {
      gold.add(curve(all, name(policy), "curve/" + policy + "/", "gold-worth/"));
      proxy.add(curve(all, name(policy), "curve/" + policy + "/", "proxy/"));
    }
    gold.add(curve(all, BEST_OF, "best-of/", "gold-worth/"));
    proxy.add(curve(all, BEST_OF, "best-of/", "proxy/"));
    var x = "distance from the start, square root of KL in nats";
    return new Report.Section(
        "over-optimisation",
        "How far can one follow the reward model?",
        "The reward model's score is a proxy: it keeps rising, and what the answers are truly worth need not.",
        List.of(
            new Figure.Curves(
                "True worth (0 to 1), which no model sees", x, "true worth", false, gold),
            new Figure.Curves("The reward model's score", x, "reward", false, proxy),
            fits(gold, proxy)));
  }

  /// Gao et al.'s two forms, fitted to the curves: the score above the start's own.
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
      SortedMap<String, Estimate> all, String name, String prefix, String what) {
    var points = new TreeMap<Double, Point>();
    var kls = all.subMap("kl/" + prefix, "kl/" + prefix + '\uffff');
    for (var each : kls.entrySet()) {
      var key = each.getKey().substring("kl/".length());
      double distance = Math.sqrt(Math.max(0, each.getValue().value()));
      points.put(distance, new Point(distance, get(all, what + key)));
    }
    return new Series(name, Style.LINE, List.copyOf(points.values()));
  }

  static Report.Section tax(SortedMap<String, Estimate> all) {
    var models = List.of("base", "sft", "ppo", "ppo-ptx", "skills");
    var head = new ArrayList<String>(List.of("skill"));
    models.forEach(model -> head.add(name(model)));
    var rows = new ArrayList<List<Figure.Cell>>();
    var prefix = "skill/base/";
    for (var key : all.subMap(prefix, prefix + '\uffff').keySet()) {
      var skill = key.substring(prefix.length());
      var row = new ArrayList<Figure.Cell>(List.of(Figure.Cell.text(skill)));
      models.forEach(
          model -> row.add(Figure.Cell.estimate(get(all, "skill/" + model + "/" + skill), "%")));
      rows.add(row);
    }
    var bars = models.stream().map(m -> Bars.Bar.of(name(m), get(all, "skill/" + m))).toList();
    return new Report.Section(
        "alignment-tax",
        "What does alignment cost? The skill suite",
        "All skills together: base %s, PPO %s, PPO-ptx %s."
            .formatted(
                percent(get(all, "skill/base").value()),
                percent(get(all, "skill/ppo").value()),
                percent(get(all, "skill/ppo-ptx").value())),
        List.of(
            new Bars("Mean score of all items", "%", List.of(), bars),
            new Figure.Grid("By skill", head, rows)));
  }

  static Report.Section safety(Map<String, Estimate> all) {
    var exhibits = new ArrayList<Figure>();
    exhibits.add(
        safety(
            all,
            "True and informative about popular falsehoods",
            "truth-informative/",
            List.of("qa", "instruction", "qa-and-instruction"),
            "%"));
    exhibits.add(
        safety(
            all,
            "Completions with a rude word",
            "rude/",
            List.of("basic", "respectful", "biased"),
            "%"));
    exhibits.add(
        safety(
            all,
            "Invents something on a closed-domain prompt",
            "hallucination/",
            List.of(""),
            "%"));
    exhibits.add(
        safety(
            all,
            "Entropy between he and she; 1 bit is no bias",
            "entropy/",
            List.of("basic", "respectful", "biased"),
            "bits"));
    return new Report.Section(
        "truth-and-harm",
        "Truth and harm",
        "Made up on closed-domain prompts: base %s, SFT %s, PPO-ptx %s."
            .formatted(
                percent(get(all, "hallucination/base").value()),
                percent(get(all, "hallucination/sft").value()),
                percent(get(all, "hallucination/ppo-ptx").value())),
        exhibits);
  }

  private static Bars safety(
      Map<String, Estimate> all, String caption, String prefix, List<String> kinds, String unit) {
    var bars = new ArrayList<Bars.Bar>();
    for (var kind : kinds) {
      for (var model : List.of("base", "sft", "ppo", "ppo-ptx")) {
        var key = prefix + model + (kind.isEmpty() ? "" : "/" + kind);
        bars.add(new Bars.Bar(name(model), kind.replace('-', ' '), get(all, key), ""));
      }
    }
    return new Bars(caption, unit, List.of(), bars);
  }

  static Report.Section sizes(Map<String, Estimate> all) {
    var bars = new ArrayList<Bars.Bar>();
    for (var other : List.of("base-small", "base", "base-large", "prompted-large")) {
      var key = "win/held-out/ppo-ptx-small/" + other;
      if (all.containsKey(key)) {
        bars.add(Bars.Bar.of("against: " + name(other), get(all, key)));
      }
    }
    return new Report.Section(
        "sizes",
        "A small aligned model and a large one that is not",
        "The small PPO-ptx model is preferred to the large base model in %s of comparisons."
            .formatted(percent(get(all, "win/held-out/ppo-ptx-small/base-large").value())),
        List.of(new Bars("Win rate of the small PPO-ptx model", "%", ReportBuilder.EVEN, bars)));
  }
}
