package org.instructgpt.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.instructgpt.cost.BenchmarkSize.Case;
import org.instructgpt.cost.BenchmarkSize.Stage;

/// Measures stages at several sizes and sets the machine's floor beside each.
///
/// The floor is the longer of two times: the operations of the work over the best rate of matrix
/// products, and the bytes that it must move over the bandwidth, both measured in the same run.
/// What a stage reaches of it says how much is left to gain, whatever the machine.
///
/// @param sizes to measure, in their order
/// @param stages to measure at each size
/// @param place where it is measured, and the precision of matrix products
/// @param pace how long and how often
/// @param free bytes of memory that may be used; work that needs more is left out
/// @param peak operations a second that the device's vendor promises, if known
/// @param nanoTime a clock in nanoseconds
public record StageBenchmark(
    List<BenchmarkSize> sizes,
    List<Stage> stages,
    Place place,
    Pace pace,
    long free,
    OptionalDouble peak,
    LongSupplier nanoTime) {
  private static final int WARM_UPS = 2;

  /// Copies the lists.
  public StageBenchmark {
    sizes = List.copyOf(sizes);
    stages = List.copyOf(stages);
  }

  /// How long it is measured.
  ///
  /// @param repeats of which the median counts
  /// @param seconds that each of them lasts at least
  public record Pace(int repeats, double seconds) {
    /// Checks the ranges.
    public Pace {
      if (repeats < 1 || !(seconds >= 0)) {
        throw new IllegalArgumentException(
            "expected at least 1 repeat of at least 0 seconds, found %d of %s"
                .formatted(repeats, seconds));
      }
    }
  }

  /// Measures the machine, then each stage at each size.
  ///
  /// @param progress is told what is measured next
  /// @param stop looked at before each run
  /// @throws CancellationException if it says so
  public BenchmarkReport run(Consumer<String> progress, BooleanSupplier stop) {
    progress.accept("the machine");
    var passes = sizes.stream().map(BenchmarkSize::pass).toList();
    var rates = MachineRates.measure(place, passes, nanoTime);
    var rows = new ArrayList<BenchmarkReport.Row>();
    for (var size : sizes) {
      for (var stage : stages) {
        for (var part : size.cases(stage, nanoTime)) {
          progress.accept("size %s, %s".formatted(size.name(), part.name()));
          double needed = part.work().memory(place.precision());
          rows.add(
              new BenchmarkReport.Row(
                  part.size(),
                  part.name(),
                  needed > free
                      ? new BenchmarkReport.LeftOut(needed, free)
                      : measured(part, rates, stop)));
        }
      }
    }
    return new BenchmarkReport(place, rates, peak, rows);
  }

  private BenchmarkReport.Measured measured(Case part, MachineRates rates, BooleanSupplier stop) {
    var work = part.work();
    int warmUps = part.stage() == Stage.PPO ? 1 : WARM_UPS;
    double seconds =
        work.prepare(
            place,
            step ->
                new Stopwatch(nanoTime)
                    .median(heeding(stop, step), warmUps, pace.repeats(), pace.seconds()));
    var demand = work.demand(place.precision());
    return new BenchmarkReport.Measured(
        work.unit(), work.units() / seconds, demand, seconds, demand.on(rates));
  }

  private static StageWork.Step heeding(BooleanSupplier stop, StageWork.Step step) {
    return () -> {
      if (stop.getAsBoolean()) {
        throw new CancellationException("stopped");
      }
      return step.run();
    };
  }
}
