package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.instructgpt.experiment.Commands;
import org.instructgpt.experiment.FeedbackLoop;
import org.instructgpt.experiment.PolicyLoop;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt loop`: repeats steps 2 and 3 with the best policy so far ([PolicyLoop]), or on what
/// customers said of answers ([FeedbackLoop]).
@Command(
    name = "loop",
    description = {
      "Repeats rankings, reward model and PPO-ptx with the best policy so far of a demo.",
      "A new policy is accepted only if held-out labelers prefer it to the best so far, beyond doubt."
          + " Stopped or killed, the same command goes on where it was.",
      "With --from-feedback, in any workspace: one round on what customers said of answers."
    },
    mixinStandardHelpOptions = true)
final class LoopCommand implements Callable<Integer> {
  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "demo",
      paramLabel = "DIR",
      description =
          "The workspace of a demo that has ended, or with --from-feedback any (${DEFAULT-VALUE}).")
  private Path folder = Path.of("demo");

  @Option(
      names = "--rounds",
      defaultValue = "2",
      paramLabel = "N",
      description = "How many rounds there shall be in all (${DEFAULT-VALUE}).")
  private int rounds = 2;

  @Option(
      names = "--from-feedback",
      description =
          "One round in which the reward model learns from all rankings and from customers' feedback.")
  private boolean fromFeedback;

  @ArgGroup(exclusive = false, heading = "%nWith --from-feedback:%n")
  private @Nullable Trainings trainings;

  /// The trainings of a round on feedback.
  static final class Trainings {
    @Option(
        names = "--from",
        defaultValue = "supervised",
        paramLabel = "MODEL",
        description = "The supervised policy that PPO starts from (${DEFAULT-VALUE}).")
    private String from = "supervised";

    @Option(
        names = "--reward-from",
        defaultValue = "sft",
        paramLabel = "MODEL",
        description = "The model whose body the reward model takes (${DEFAULT-VALUE}).")
    private String rewardFrom = "sft";

    @Option(names = "--recipe", paramLabel = "FILE", description = "The recipe of both trainings.")
    private @Nullable Path recipe;

    @Option(
        names = "--text",
        arity = "1..*",
        paramLabel = "PATH",
        description = "Pretraining text for PPO-ptx: files and folders.")
    private List<Path> text = new ArrayList<>();
  }

  @Spec private @Nullable CommandSpec spec;

  private final Function<Path, Commands> commands;

  /// @param commands those that log to a file
  LoopCommand(Function<Path, Commands> commands) {
    this.commands = commands;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    if (fromFeedback) {
      return StopSignals.status(ofFeedback().run(commands, out), out);
    }
    if (trainings != null) {
      throw new IllegalArgumentException(
          "--from, --reward-from, --recipe and --text belong to --from-feedback, which is missing; without it the trainings are those of the demo");
    }
    return StopSignals.status(new PolicyLoop(folder, rounds).run(commands, out), out);
  }

  private FeedbackLoop ofFeedback() {
    var given = trainings == null ? new Trainings() : trainings;
    return new FeedbackLoop(
        folder,
        given.from,
        given.rewardFrom,
        given.recipe == null ? List.of() : List.of("--recipe", given.recipe.toString()),
        given.text.stream().map(Path::toString).toList());
  }
}
