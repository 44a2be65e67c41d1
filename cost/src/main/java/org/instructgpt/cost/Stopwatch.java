package org.instructgpt.cost;

import java.util.Arrays;
import java.util.Map;
import java.util.function.LongSupplier;
import org.instructgpt.cost.StageWork.Step;

/// Times repeated work.
///
/// @param nanoTime a clock in nanoseconds
public record Stopwatch(LongSupplier nanoTime) {
  private static final int LEAST = 3;

  /// A run.
  ///
  /// @param seconds that it took
  /// @param metrics what it measured of itself
  public record Lap(double seconds, Map<String, Double> metrics) {}

  /// The shortest of several runs: at most `runs`; fewer, but at least three, once `seconds` have
  /// passed.
  ///
  /// @param warmUps runs before, which are not counted
  public Lap best(Step step, int warmUps, int runs, double seconds) {
    warmUp(step, warmUps);
    long began = nanoTime.getAsLong();
    var best = new Lap(Double.POSITIVE_INFINITY, Map.of());
    for (int done = 0; done < runs && (done < LEAST || since(began) < seconds); done++) {
      var lap = lap(step);
      best = lap.seconds < best.seconds ? lap : best;
    }
    return best;
  }

  /// The median, over `repeats` stretches of at least `seconds`, of the mean time of a run.
  ///
  /// @param warmUps runs before, which are not counted
  public double median(Step step, int warmUps, int repeats, double seconds) {
    warmUp(step, warmUps);
    var means = new double[repeats];
    for (int i = 0; i < repeats; i++) {
      double passed = 0;
      int runs = 0;
      while (runs == 0 || passed < seconds) {
        passed += lap(step).seconds;
        runs++;
      }
      means[i] = passed / runs;
    }
    return median(means);
  }

  static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static void warmUp(Step step, int times) {
    for (int i = 0; i < times; i++) {
      var _ = step.run();
    }
  }

  private Lap lap(Step step) {
    long began = nanoTime.getAsLong();
    var metrics = step.run();
    return new Lap(since(began), metrics);
  }

  private double since(long began) {
    return 1e-9 * (nanoTime.getAsLong() - began);
  }
}
