package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.instructgpt.experiment.Commands;
import org.instructgpt.experiment.Experiment;
import org.instructgpt.experiment.HumanEvaluation;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.experiment.MeasureKey.RoundMeasure;
import org.instructgpt.experiment.MeasuredModel;
import org.instructgpt.experiment.Measurements;
import org.instructgpt.experiment.ModelName;
import org.instructgpt.experiment.ReportBuilder;
import org.instructgpt.experiment.ResumableSteps;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.statistics.WinRates;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt loop`: steps 2 and 3 again and again (paper section 3.1; docs/specification.md 9).
///
/// A round takes outputs of the start of reinforcement learning and of the best policy so far, has
/// them ranked, trains a new reward model on the rankings of all rounds, and with it a new policy
/// from the supervised start, so that KL stays comparable. Held-out labelers compare it with the
/// best so far; it takes its place only if the interval of its win rate excludes a loss.
@Command(
    name = "loop",
    description = {
      "Repeats rankings, reward model and PPO-ptx with the best policy so far of a demo.",
      "A new policy is accepted only if held-out labelers prefer it to the best so far, beyond doubt."
          + " Stopped or killed, the same command goes on where it was."
    },
    mixinStandardHelpOptions = true)
final class LoopCommand implements Callable<Integer> {
  private static final ModelName FIRST = ModelName.PPO_PTX;
  private static final int CURVE_PROMPTS = 128;

  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "demo",
      paramLabel = "DIR",
      description = "The workspace of a demo that has ended (${DEFAULT-VALUE}).")
  private Path folder = Path.of("demo");

  @Option(
      names = "--rounds",
      defaultValue = "2",
      paramLabel = "N",
      description = "How many rounds there shall be in all (${DEFAULT-VALUE}).")
  private int rounds = 2;

  @Spec private @Nullable CommandSpec spec;

  private final Function<Path, Commands> commands;

  /// @param commands those that log to a file
  LoopCommand(Function<Path, Commands> commands) {
    this.commands = commands;
  }

  @Override
  public Integer call() throws IOException {
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds: expected at least 1, found " + rounds);
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var experiment = Experiment.continued(Workspace.open(folder), commands, out);
    if (!Files.isDirectory(experiment.workspace().model(FIRST.stored()))) {
      throw new IllegalArgumentException(
          "%s has no model %s yet: let instructgpt demo -w %s end first"
              .formatted(folder, FIRST.stored(), folder));
    }
    var steps =
        new ResumableSteps(
            experiment.workspace().root().resolve("loop.json"),
            out,
            experiment.commands(),
            InstantSource.system());
    for (int round = 1; round <= rounds; round++) {
      plan(steps, experiment, round);
    }
    if (!steps.run()) {
      return StopSignals.STOPPED;
    }
    out.print(table(experiment));
    out.flush();
    return 0;
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
