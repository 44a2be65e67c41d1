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
import org.instructgpt.experiment.Measurements;
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

/// `instructgpt loop`: steps 2 and 3 again and again (paper section 3.1; paper.md 10).
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
  private static final String FIRST = "ppo-ptx";
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
    var study = Experiment.continued(Workspace.open(folder), commands, out);
    if (!Files.isDirectory(study.workspace().model(FIRST))) {
      throw new IllegalArgumentException(
          "%s has no model %s yet: let instructgpt demo -w %s end first"
              .formatted(folder, FIRST, folder));
    }
    var agenda =
        new ResumableSteps(
            study.workspace().root().resolve("loop.json"),
            out,
            study.shell(),
            InstantSource.system());
    for (int round = 1; round <= rounds; round++) {
      plan(agenda, study, round);
    }
    if (!agenda.run()) {
      return StopSignals.STOPPED;
    }
    out.print(table(study));
    out.flush();
    return 0;
  }

  private static void plan(ResumableSteps agenda, Experiment study, int round) {
    var title = "Round " + round + ": ";
    var reward = "reward-round-" + round;
    var policy = FIRST + "-round-" + round;
    agenda
        .then(
            "rankings-" + round,
            title + "labelers rank outputs of the best policy so far",
            25,
            () -> study.people().rank(List.of("supervised", best(study, round)), round))
        .then(
            reward,
            title + "a reward model on the rankings of all rounds",
            25,
            study.miniature().reward(reward))
        .then(
            policy,
            title + "PPO-ptx from the supervised start",
            90,
            study.miniature().ppo(policy, "supervised", List.of("--reward-model", reward)))
        .then(
            "judge-" + round,
            title + "held-out labelers compare it with the best so far",
            15,
            () -> judge(study, round));
  }

  /// The best policy before a round.
  private static String best(Experiment study, int before) throws IOException {
    var all = study.inquiry().measures().all();
    var best = FIRST;
    for (int round = 1; round < before; round++) {
      var accepted = all.get("loop/" + round + "/accepted");
      if (accepted != null && accepted.value() == 1) {
        best = FIRST + "-round-" + round;
      }
    }
    return best;
  }

  private static void judge(Experiment study, int round) throws IOException {
    var best = best(study, round);
    var policy = FIRST + "-round-" + round;
    var inquiry = study.inquiry();
    var contest =
        new HumanEvaluation(study.workspace(), study.people(), study.author(), study.seed());
    var prompts = contest.prompts(study.scale().judged());
    var answers =
        contest.answers(List.of(best, policy), prompts.stream().map(Prompt::text).toList());
    contest.judge(prompts, answers);
    var won = WinRates.of(inquiry.verdicts(Labeler.Pool.HELD_OUT)).of(policy, best).share();
    var found = new LinkedHashMap<>(contest.gold(prompts, answers));
    found.put("loop/" + round + "/win", won);
    found.put("loop/" + round + "/accepted", Measurements.exact(won.low() >= 0.5 ? 1 : 0));
    var some = study.people().prompts(Split.VALIDATION).stream().limit(CURVE_PROMPTS).toList();
    found.putAll(
        inquiry
            .exams()
            .worth(
                policy,
                study.workspace().model(policy),
                study.workspace().model("supervised"),
                study.workspace().model("reward-round-" + round),
                some));
    inquiry.measures().add(found);
  }

  private String table(Experiment study) throws IOException {
    var all = study.inquiry().measures().all();
    var text = new StringBuilder("\nround  beats the best so far  true worth  reward    KL\n");
    for (int round = 1; round <= rounds; round++) {
      var policy = FIRST + "-round-" + round;
      var won = Objects.requireNonNull(all.get("loop/" + round + "/win"));
      text.append(
          "%5d  %4s [%.0f, %.0f] %-9s %9.3f  %6.2f  %4.1f%n"
              .formatted(
                  round,
                  ReportBuilder.percent(won.value()),
                  100 * won.low(),
                  100 * won.high(),
                  won.low() >= 0.5 ? "accepted" : "",
                  Objects.requireNonNull(all.get("gold-worth/" + policy)).value(),
                  Objects.requireNonNull(all.get("proxy/" + policy)).value(),
                  Objects.requireNonNull(all.get("kl/" + policy)).value()));
    }
    return text + "\nThe best policy: " + study.workspace().model(best(study, rounds + 1)) + "\n";
  }
}
