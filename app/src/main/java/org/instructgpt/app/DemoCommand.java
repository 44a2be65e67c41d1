package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.instructgpt.experiment.Commands;
import org.instructgpt.experiment.Demo;
import org.instructgpt.experiment.ExperimentSize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt demo`: the whole paper in a little world.
@Command(
    name = "demo",
    description = {
      "Shows the whole of InstructGPT in about a quarter of an hour, in a little world.",
      "It has simulated customers and labelers, pretraining, SFT, reward model, PPO, PPO-ptx, and"
          + " what people think of them. Stopped or killed, the same command goes on where it was.",
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "demo",
      paramLabel = "DIR",
      description = "The folder that is made (${DEFAULT-VALUE}).")
  private Path folder = Path.of("demo");

  @Option(
      names = "--size",
      defaultValue = "small",
      paramLabel = "SIZE",
      description = {
        "small; large: an hour, and more to be seen; tiny: two to six minutes, and less; test: seconds"
            + " (${DEFAULT-VALUE}).",
        "The command begins with how long it will take here."
      })
  private ExperimentSize.Name size = ExperimentSize.Name.SMALL;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = {
        "Of the world, its people and all trainings (${DEFAULT-VALUE}).",
        "The same seed gives the same numbers on the same machine with the same number of threads, also"
            + " when it was stopped in between; elsewhere the last digits differ."
      })
  private long seed;

  @Spec private @Nullable CommandSpec spec;

  private final Function<Path, Commands> commands;

  /// @param commands those that log to a file
  DemoCommand(Function<Path, Commands> commands) {
    this.commands = commands;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println("The whole of InstructGPT in a little world, in " + folder + ":");
    return StopSignals.status(new Demo(folder, size, seed).run(commands, out), out);
  }
}
