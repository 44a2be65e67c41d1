package org.instructgpt.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.experiment.MeasureKey.RoundMeasure;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.statistics.WinRates;

/// The loop: repeats steps 2 and 3 with the best policy so far (paper section 3.1;
/// `docs/specification.md` 9).
///
/// A round takes outputs of the start of reinforcement learning and of the best policy so far, has
/// them ranked, trains a new reward model on the rankings of all rounds, and with it a new policy
/// from the supervised start, so that KL stays comparable. Held-out labelers compare it with the
/// best so far; it takes its place only if the interval of its win rate excludes a loss.
///
/// @param folder of a demo that is done
/// @param rounds in all
public record PolicyLoop(Path folder, int rounds) {
  private static final ModelName FIRST = ModelName.PPO_PTX;
  private static final int CURVE_PROMPTS = 128;

  public PolicyLoop {
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds: expected at least 1, found " + rounds);
    }
  }

  /// Runs the steps that are not done yet.
  ///
  /// @param commandsWithLog commands that log to a file
  /// @return the table of the rounds; empty if it was stopped
  public Optional<String> run(Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
    var experiment = Experiment.continued(Workspace.open(folder), commandsWithLog, out);
    if (!Files.isDirectory(experiment.workspace().model(FIRST.stored()))) {
      throw new IllegalArgumentException(
          "%s has no model %s yet: let instructgpt demo -w %s end first"
              .formatted(folder, FIRST.stored(), folder));
    }
    var commands = experiment.commands();
    var steps =
        new ResumableSteps(
            experiment.workspace().root().resolve("loop.json"), out, commands, commands.clock());
    for (int round = 1; round <= rounds; round++) {
      plan(steps, experiment, round);
    }
    return steps.run() ? Optional.of(table(experiment)) : Optional.empty();
  }

  private static void plan(ResumableSteps steps, Experiment experiment, int round) {
    var title = "Round " + round + ": ";
    var reward = "reward-round-" + round;
    var policy = new MeasuredModel.Round(round);
    steps
        .then(
            "rankings-" + round,
            title + "labelers rank outputs of the best policy so far",
            25,
            () ->
                experiment
                    .people()
                    .rank(List.of(ModelName.SUPERVISED, best(experiment, round)), round))
        .then(
            reward,
            title + "a reward model on the rankings of all rounds",
            25,
            experiment.pipeline().reward(reward))
        .then(
            policy.stored(),
            title + "PPO-ptx from the supervised start",
            90,
            experiment
                .pipeline()
                .ppo(policy, ModelName.SUPERVISED, List.of("--reward-model", reward)))
        .then(
            "judge-" + round,
            title + "held-out labelers compare it with the best so far",
            15,
            () -> judge(experiment, round));
  }

  /// The best policy before a round.
  private static MeasuredModel best(Experiment experiment, int before) throws IOException {
    var all = experiment.evaluation().measurements().read();
    MeasuredModel best = FIRST;
    for (int round = 1; round < before; round++) {
      if (all.get(RoundMeasure.ACCEPTED.of(round)).value() == 1) {
        best = new MeasuredModel.Round(round);
      }
    }
    return best;
  }

  private static void judge(Experiment experiment, int round) throws IOException {
    var best = best(experiment, round);
    var policy = new MeasuredModel.Round(round);
    var evaluation = experiment.evaluation();
    var humanEvaluation =
        new HumanEvaluation(
            experiment.workspace(), experiment.people(), experiment.generator(), experiment.seed());
    var prompts = humanEvaluation.prompts(experiment.size().judged());
    var answers =
        humanEvaluation.answers(List.of(best, policy), prompts.stream().map(Prompt::text).toList());
    humanEvaluation.judge(prompts, answers);
    var won =
        WinRates.of(evaluation.rankings(Labeler.Pool.HELD_OUT))
            .of(policy.stored(), best.stored())
            .share();
    var found = new LinkedHashMap<>(humanEvaluation.gold(prompts, answers));
    found.put(RoundMeasure.WIN.of(round), won);
    found.put(RoundMeasure.ACCEPTED.of(round), Measurements.exact(won.low() >= 0.5 ? 1 : 0));
    var some = experiment.people().prompts(Split.VALIDATION).stream().limit(CURVE_PROMPTS).toList();
    found.putAll(
        evaluation
            .capabilities()
            .policy(
                policy,
                experiment.workspace().model(policy.stored()),
                experiment.workspace().model(ModelName.SUPERVISED.stored()),
                experiment.workspace().model("reward-round-" + round),
                some));
    evaluation.measurements().add(found);
  }

  private String table(Experiment experiment) throws IOException {
    var all = experiment.evaluation().measurements().read();
    var text = new StringBuilder("\nround  beats the best so far  true worth  reward    KL\n");
    for (int round = 1; round <= rounds; round++) {
      var policy = new MeasuredModel.Round(round);
      var won = all.get(RoundMeasure.WIN.of(round));
      text.append(
          "%5d  %4s [%.0f, %.0f] %-9s %9.3f  %6.2f  %4.1f%n"
              .formatted(
                  round,
                  ReportBuilder.percent(won.value()),
                  100 * won.low(),
                  100 * won.high(),
                  won.low() >= 0.5 ? "accepted" : "",
                  all.get(ModelMeasure.GOLD_WORTH.of(policy)).value(),
                  all.get(ModelMeasure.PROXY.of(policy)).value(),
                  all.get(ModelMeasure.KL.of(policy)).value()));
    }
    return text
        + "\nThe best policy: "
        + experiment.workspace().model(best(experiment, rounds + 1).stored())
        + "\n";
  }
}
