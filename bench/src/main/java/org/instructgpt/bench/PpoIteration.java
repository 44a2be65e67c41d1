package org.instructgpt.bench;

import org.instructgpt.cost.PpoWork;

/// One PPO-ptx iteration of the trainer: rollout, scoring, 8 minibatches of policy and value
/// updates, pretraining gradients on 8 examples per episode.
public final class PpoIteration {
  private PpoIteration() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    var episodes =
        new PpoWork.Episodes(
            flags.whole("episodes", 64), flags.whole("prompt", 32), flags.whole("response", 32));
    int window = flags.whole("ptx-length", episodes.prompt() + episodes.response());
    var work =
        new PpoWork(
            flags.model(),
            episodes,
            new PpoWork.Text(flags.whole("ptx-ratio", 8), window),
            flags.whole("microbatch", 64),
            System::nanoTime);
    int iterations = flags.whole("iterations", 5);
    var fastest =
        work.prepare(
            flags.place(),
            step -> BenchmarkFlags.STOPWATCH.best(step, 1, iterations, Double.POSITIVE_INFINITY));
    double total = fastest.seconds();
    double ptx = fastest.metrics().getOrDefault("seconds_ptx", 0.0);
    flags.print(
        "rollout",
        fastest.metrics().getOrDefault("seconds_rollout", 0.0),
        "scoring",
        fastest.metrics().getOrDefault("seconds_scoring", 0.0),
        "update",
        fastest.metrics().getOrDefault("seconds_update", 0.0),
        "ptx",
        ptx,
        "total",
        total,
        "episodes_per_s",
        work.units() / total,
        "episodes_per_s_without_ptx",
        work.units() / (total - ptx));
  }
}
