package org.instructgpt.bench;

import org.instructgpt.cost.RewardWork;

/// One step of the reward-model trainer on K ranked completions per prompt, each forwarded once.
public final class RewardStep {
  private RewardStep() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    int length = flags.whole("length", 64);
    var work =
        new RewardWork(
            flags.model(),
            flags.whole("prompts", 8),
            flags.whole("completions", 4),
            length,
            flags.whole("microbatch", 64) * length);
    double seconds = flags.best(work, flags.whole("steps", 10)).seconds();
    flags.print(
        "each_once_prompts_per_s", work.units() / seconds, "completions", work.completions());
  }
}
