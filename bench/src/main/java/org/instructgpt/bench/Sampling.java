package org.instructgpt.bench;

import org.instructgpt.cost.SamplingWork;

/// Batched sampling at temperature 1 with the key-value cache, including the pass over the prompts.
public final class Sampling {
  private Sampling() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    var shape = flags.model();
    var work =
        new SamplingWork(
            shape, flags.whole("batch", 64), flags.whole("prompt", 32), flags.whole("new", 32));
    double seconds = flags.best(work, flags.whole("runs", 40)).seconds();
    flags.print(
        "new_tokens_per_s", work.units() / seconds,
        "ms_per_position", 1000 * seconds / work.response(),
        "params", shape.parameters());
  }
}
