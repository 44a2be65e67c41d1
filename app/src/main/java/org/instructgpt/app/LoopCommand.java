package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.instructgpt.experiment.Commands;
import org.instructgpt.experiment.PolicyLoop;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt loop`: repeats steps 2 and 3 with the best policy so far ([PolicyLoop]).
@Command(
    name = "loop",
    description = {
      "Repeats rankings, reward model and PPO-ptx with the best policy so far of a demo.",
      "A new policy is accepted only if held-out labelers prefer it to the best so far, beyond doubt."
          + " Stopped or killed, the same command goes on where it was."
    },
    mixinStandardHelpOptions = true)
final class LoopCommand implements Callable<Integer> {
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
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    return StopSignals.status(new PolicyLoop(folder, rounds).run(commands, out), out);
  }
}
