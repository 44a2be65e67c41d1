package org.instructgpt.bench;

import org.instructgpt.cost.TrainingWork;

/// One training step: forward pass, cross-entropy, backward pass, AdamW.
public final class Training {
  private Training() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    var shape = flags.model();
    var work =
        new TrainingWork(shape, flags.whole("batch", 16), flags.whole("length", shape.context()));
    double seconds = flags.best(work, 20).seconds();
    flags.print(
        "tokens_per_s",
        work.units() / seconds,
        "step_ms",
        1000 * seconds,
        "params",
        shape.parameters());
  }
}
