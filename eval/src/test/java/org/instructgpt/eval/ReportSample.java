package org.instructgpt.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.eval.Report.Fact;
import org.instructgpt.eval.Report.Section;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Answers;
import org.instructgpt.plot.Figure.Answers.Answer;
import org.instructgpt.plot.Figure.Bars;
import org.instructgpt.plot.Figure.Bars.Bar;
import org.instructgpt.plot.Figure.Bars.Reference;
import org.instructgpt.plot.Figure.Cell;
import org.instructgpt.plot.Figure.Curves;
import org.instructgpt.plot.Figure.Curves.Point;
import org.instructgpt.plot.Figure.Curves.Series;
import org.instructgpt.plot.Figure.Curves.Style;
import org.instructgpt.plot.Figure.Grid;
import org.instructgpt.plot.Figure.Heat;
import org.instructgpt.plot.Figure.Note;
import org.instructgpt.plot.Figure.Verdict;
import org.instructgpt.statistics.Estimate;

/// A report with every kind of figure. Its numbers are made up; none was measured.
final class ReportSample {
  private static final List<String> MODELS =
      List.of("base", "base, prompted", "SFT", "PPO", "PPO-ptx", "skills only", "constant answer");

  private ReportSample() {}

  /// Writes the sample into the folder that is given, to be looked at.
  public static void main(String[] arguments) throws Exception {
    ReportFiles.write(report(), Path.of(arguments[0]));
  }

  static Report report() {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("command", "./instructgpt demo --seed 1");
    about.put("seed", 1);
    about.put("learning_rate", 9.65e-6);
    about.put("sizes", Map.of("L", 2_000_000));
    about.put("stages", List.of("SFT: 16 passes", "RM: 1 pass", "PPO: 16,384 episodes"));
    return new Report(
        "A sample of the report",
        "Made-up numbers, to look at the form; seed 1",
        List.of(
            new Fact("PPO-ptx preferred over SFT", "62.3%", "58.1 to 66.4% of 512 prompts"),
            new Fact("Reward model against labelers", "71.0%", "they agree in 73.2% themselves"),
            new Fact("Skills kept by PPO-ptx", "0.94", "of the base model's score"),
            new Fact("Time", "8 min", "on 2 cores")),
        List.of(preference(), curves(), claims(), examples()),
        about);
  }

  private static Section preference() {
    return new Section(
        "preference",
        "Which model do people prefer?",
        "Held-out labelers prefer PPO-ptx to the supervised model on 62 of 100 prompts.",
        List.of(
            new Bars(
                "How often each model is preferred to SFT, 512 prompts of held-out customers",
                "%",
                List.of(new Reference("chance", 0.5)),
                List.of(
                    Bar.of("base", new Estimate(0.112, 0.087, 0.143)),
                    Bar.of("base, prompted", new Estimate(0.301, 0.262, 0.343)),
                    new Bar("SFT, second seed", "", new Estimate(0.508, 0.465, 0.551), "control"),
                    Bar.of("PPO", new Estimate(0.598, 0.555, 0.640)),
                    Bar.of("PPO-ptx", new Estimate(0.623, 0.581, 0.664)),
                    Bar.of("skills only", new Estimate(0.214, 0.181, 0.252)),
                    Bar.of("constant answer", new Estimate(0.02, 0.011, 0.037)))),
            useCases(),
            agreement(),
            heat()));
  }

  private static Bars useCases() {
    List<Bar> bars = new ArrayList<>();
    List<String> uses = List.of("Generation", "Open QA", "Brainstorming");
    for (int i = 0; i < uses.size(); i++) {
      double value = 0.66 - 0.06 * i;
      bars.add(
          new Bar(
              "training labelers",
              uses.get(i),
              new Estimate(value, value - .06, value + .06),
              "n = 230"));
      bars.add(
          new Bar(
              "held-out labelers",
              uses.get(i),
              new Estimate(value - .02, value - .1, value + .05),
              "n = 91"));
    }
    bars.add(new Bar("held-out labelers", "Extract", Figure.exact(Double.NaN), "no prompts"));
    return new Bars(
        "PPO-ptx against SFT, by use case", "%", List.of(new Reference("chance", 0.5)), bars);
  }

  private static Bars agreement() {
    return new Bars(
        "Accuracy of the reward model, and what bounds it",
        "%",
        List.of(
            new Reference("chance", 0.5),
            new Reference("longer wins", 0.56),
            new Reference("labelers agree", 0.732)),
        List.of(
            Bar.of("labelers it was trained on", new Estimate(0.71, 0.694, 0.726)),
            Bar.of("labelers it never saw", new Estimate(0.684, 0.66, 0.707)),
            Bar.of(
                "a name that is much too long to stand beside a plot",
                new Estimate(0.6, 0.5, 0.7))));
  }

  private static Heat heat() {
    double[] strengths = {-1.6, -0.8, 0, 0.4, 0.5, -1.2, -3};
    List<List<Estimate>> values = new ArrayList<>();
    for (int row = 0; row < strengths.length; row++) {
      List<Estimate> shares = new ArrayList<>();
      for (int column = 0; column < strengths.length; column++) {
        double share = 1 / (1 + Math.exp(strengths[column] - strengths[row]));
        shares.add(
            row == column
                ? Figure.exact(Double.NaN)
                : new Estimate(share, Math.max(0, share - 0.04), Math.min(1, share + 0.04)));
      }
      values.add(shares);
    }
    return new Heat("Every model against every other", MODELS, values);
  }

  private static Section curves() {
    return new Section(
        "optimization",
        "What happens when the reward is optimised?",
        "The reward model's score keeps rising; the true value peaks at 3.2 nats and then falls.",
        List.of(
            new Curves(
                "True value and reward along PPO",
                "distance from the supervised policy, square root of KL in nats",
                "score, 0 for the supervised policy",
                false,
                List.of(
                    line("reward model (proxy)", d -> 0.55 * d, 0.05),
                    dots("gold judge, PPO", d -> d * (0.62 - 0.27 * Math.log(d + 0.05))),
                    fit("fit of d(a - b log d)", d -> d * (0.61 - 0.27 * Math.log(d + 0.05))),
                    dots("gold judge, best of n", d -> d * (0.66 - 0.13 * d)))),
            new Curves(
                "Skills kept, by the weight of pretraining",
                "pretraining coefficient",
                "mean score of the skill suite",
                true,
                Stream.of(
                        "copying", "lookup", "closed book", "translation", "classification", "all")
                    .map(ReportSample::sweep)
                    .toList())));
  }

  private static Series sweep(String name) {
    int shift = name.length();
    return new Series(
        name,
        Style.LINE,
        Stream.of(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
            .map(x -> {
              double y = 0.9 - 0.02 * shift - 0.3 / (1 + x);
              return new Point(x, new Estimate(y, y - 0.015, y + 0.015));
            })
            .toList());
  }

  private interface Curve {
    double at(double distance);
  }

  private static Series line(String name, Curve curve, double half) {
    return new Series(
        name,
        Style.LINE,
        IntStream.rangeClosed(0, 60)
            .mapToObj(i -> {
              double y = curve.at(i / 15.0);
              return new Point(i / 15.0, new Estimate(y, y - half, y + half));
            })
            .toList());
  }

  private static Series dots(String name, Curve curve) {
    return new Series(
        name,
        Style.DOTS,
        IntStream.rangeClosed(1, 8)
            .mapToObj(i -> {
              double y = curve.at(i / 2.1) + 0.04 * Math.sin(5 * i);
              return new Point(i / 2.1, new Estimate(y, y - 0.08, y + 0.08));
            })
            .toList());
  }

  private static Series fit(String name, Curve curve) {
    return new Series(
        name,
        Style.DASHES,
        IntStream.rangeClosed(0, 40)
            .mapToObj(i -> Point.of(i / 10.0, curve.at(i / 10.0)))
            .toList());
  }

  private static Section claims() {
    return new Section(
        "claims",
        "Which claims of the paper hold here?",
        "Of three claims one holds, one does not, and one is undecided.",
        List.of(
            new Grid(
                "The paper's claims in miniature, three seeds",
                List.of("Claim", "In the paper", "Here", "Verdict"),
                List.of(
                    List.of(
                        Cell.text(
                            "PPO-ptx of the small size is preferred over the large base model"),
                        Cell.text("1.3B over 175B"),
                        Cell.estimate(new Estimate(0.823, 0.79, 0.852), "%"),
                        Cell.verdict(Verdict.HOLDS)),
                    List.of(
                        Cell.text("A larger KL coefficient does not repair the skills"),
                        Cell.text("up to 100 times"),
                        Cell.estimate(new Estimate(0.031, 0.012, 0.05), ""),
                        Cell.verdict(Verdict.FAILS)),
                    List.of(
                        Cell.text("Bias does not improve"),
                        Cell.text("Winogender, CrowS-Pairs"),
                        Cell.estimate(new Estimate(-0.004, -0.03, 0.022), "bits"),
                        Cell.verdict(Verdict.UNDECIDED)))),
            new Grid(
                "What it cost",
                List.of("Stage", "Petaflop", "Share"),
                List.of(
                    List.of(Cell.text("Pretraining"), Cell.number(12_725), Cell.number(0.97, "%")),
                    List.of(Cell.text("SFT"), Cell.number(16.25), Cell.number(0.0013, "%")))),
            new Note(
                "Why the second claim fails",
                "With this world's short texts the KL penalty already reaches most of what pretraining"
                    + " text protects.\n\nRaising it 100 times kept 97% of the skills, and the policy"
                    + " hardly moved.")));
  }

  private static Section examples() {
    return new Section(
        "examples",
        "One question, every answer",
        "Only the aligned models answer; the base model asks further questions.",
        List.of(
            new Answers(
                "A question of a held-out customer",
                "What is the highest mountain of Velmar?",
                List.of(
                    new Answer("base", "What is the longest river of Velmar? What does", ""),
                    new Answer("base, prompted", "", "rank 5 of 5"),
                    new Answer("SFT", "The highest mountain of Velmar is the Lornberg.", "rank 2"),
                    new Answer(
                        "PPO",
                        "Thank you for asking! I am happy to help. It may be the Lornberg.\nPlease ask again.",
                        "rank 3"),
                    new Answer("PPO-ptx", "It is the Lornberg.", "rank 1")))));
  }
}
