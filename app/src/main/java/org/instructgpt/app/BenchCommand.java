package org.instructgpt.app;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.instructgpt.cost.BenchmarkSize;
import org.instructgpt.cost.BenchmarkSize.Stage;
import org.instructgpt.cost.Place;
import org.instructgpt.cost.StageBenchmark;
import org.instructgpt.torch.Engine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt bench`: how fast each stage is here, and how fast it could be.
@Command(
    name = "bench",
    description = {
      "Measures training, sampling, PPO-ptx and reward-model steps at four sizes of model.",
      "Beside each stands its floor, the speed at which the machine's matrix products or its memory,"
          + " both measured at the start, would be the only limit. Random weights and tokens; nothing"
          + " is read or written."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class BenchCommand implements Callable<Integer> {

  @Option(
      names = "--sizes",
      split = ",",
      defaultValue = "A,B,C,D",
      paramLabel = "SIZE",
      description =
          "Sizes of model: A (0.8M parameters), B (5M), C (30M), D (124M), and with larger batches,"
              + " for a GPU, 124M and 1.3B, separated by commas (${DEFAULT-VALUE}).")
  private List<String> sizes;

  @Option(
      names = "--stages",
      split = ",",
      defaultValue = "train,sample,ppo,reward",
      paramLabel = "STAGE",
      description = "Stages, separated by commas (${DEFAULT-VALUE}).")
  private List<String> stages;

  @Mixin private final Hardware hardware = new Hardware();

  @Option(
      names = "--threads",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Threads of an operation; 0 is what libtorch takes by itself (${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--repeats",
      defaultValue = "5",
      paramLabel = "N",
      description = "Measurements of each stage, of which the median is told (${DEFAULT-VALUE}).")
  private int repeats;

  @Option(
      names = "--seconds",
      defaultValue = "1",
      paramLabel = "S",
      description = "How long each of them lasts at least (${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--peak",
      paramLabel = "TFLOPS",
      description =
          "What the vendor promises of matrix products; then their share of it is told too.")
  private @Nullable Double peak;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;

  BenchCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    var chosenSizes = sizes.stream().map(word -> named("--sizes", word, BenchmarkSize::named));
    var chosenStages = stages.stream().map(word -> named("--stages", word, Stage::named));
    var benchmark =
        new StageBenchmark(
            chosenSizes.toList(),
            chosenStages.toList(),
            new Place(hardware.device(), hardware.precision()),
            new StageBenchmark.Pace(repeats, seconds),
            FreeMemory.bytes(hardware.device()),
            peak(),
            System::nanoTime);
    if (threads < 0) {
      throw new IllegalArgumentException("--threads: expected 0 or more, found " + threads);
    }
    if (threads > 0) {
      Engine.useThreads(threads);
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var flag = stop.heed();
    try {
      var report = benchmark.run(next -> Terminal.tell("measuring " + next), flag::requested);
      out.println(json ? report.json().toPrettyString() : report.table().stripTrailing());
      return 0;
    } catch (CancellationException _) {
      return StopSignals.STOPPED;
    }
  }

  private OptionalDouble peak() {
    if (peak == null) {
      return OptionalDouble.empty();
    }
    if (!(peak > 0)) {
      throw new IllegalArgumentException("--peak: expected a positive number, found " + peak);
    }
    return OptionalDouble.of(1e12 * peak);
  }

  private static <T> T named(String flag, String word, Function<String, T> find) {
    try {
      return find.apply(word);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException(flag + ": " + refused.getMessage(), refused);
    }
  }
}
