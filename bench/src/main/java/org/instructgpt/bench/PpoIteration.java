package org.instructgpt.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.ppo.Ppo;
import org.instructgpt.ppo.PpoData;
import org.instructgpt.ppo.PpoModels;
import org.instructgpt.ppo.Settings;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// One PPO-ptx iteration of the trainer: rollout, scoring, 8 minibatches of policy and value
/// updates, pretraining gradients on 8 examples per episode.
public final class PpoIteration {
  private static final int MINIBATCHES = 8;

  private PpoIteration() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    int episodes = flags.whole("episodes", 64);
    int prompt = flags.whole("prompt", 32);
    int response = flags.whole("response", 32);
    var shape = flags.model();
    try (var _ = Scope.open()) {
      var random = new Random(1);
      var policy = new Gpt(shape, flags.precision(), Device.CPU);
      policy.initialize(new Randomness(1));
      var reward = new ScalarModel(shape, flags.precision(), Device.CPU);
      reward.initializeFrom(policy, new Randomness(2));
      var prompts =
          Stream.generate(() -> random.ints(prompt, 0, shape.vocabulary()).toArray())
              .limit(episodes)
              .toList();
      int window = flags.whole("ptx-length", prompt + response);
      int ratio = flags.whole("ptx-ratio", 8);
      var corpus =
          new Corpus(
              random.ints((long) episodes * 8 * window + 1, 0, shape.vocabulary()).toArray(),
              window);
      // GPT-2's end of text lies outside these vocabularies, so every response has full length.
      var data = new PpoData(Tokenizers.gpt2(), prompts, List.of(), Optional.of(corpus));
      var trainer =
          new Ppo(
              PpoModels.start(policy, reward),
              data,
              settings(flags, episodes, response, ratio),
              new Lineage("ppo", Map.of(), Map.of()),
              System::nanoTime);
      measure(trainer, flags, episodes);
    }
  }

  private static Settings settings(BenchmarkFlags flags, int episodes, int response, int ratio) {
    var paper = Settings.paper(GptConfig.Size.XL);
    return new Settings(
        Long.MAX_VALUE / 4,
        episodes,
        episodes / MINIBATCHES,
        flags.whole("microbatch", 64),
        1,
        new Settings.Sampling(1, response, Math.min(episodes, 64)),
        paper.reward(),
        paper.objective(),
        paper.learning(),
        new Settings.Ptx(ratio == 0 ? 0 : paper.ptx().coefficient(), Math.max(1, ratio)),
        1);
  }

  private static void measure(Ppo trainer, BenchmarkFlags flags, int episodes) {
    var _ = trainer.step(0);
    double best = Double.POSITIVE_INFINITY;
    Map<String, Double> fastest = Map.of();
    for (int i = 1; i <= flags.whole("iterations", 5); i++) {
      long began = System.nanoTime();
      var metrics = trainer.step(i);
      double seconds = 1e-9 * (System.nanoTime() - began);
      if (seconds < best) {
        best = seconds;
        fastest = metrics;
      }
    }
    double ptx = fastest.getOrDefault("seconds_ptx", 0.0);
    flags.print(
        "rollout",
        fastest.getOrDefault("seconds_rollout", 0.0),
        "scoring",
        fastest.getOrDefault("seconds_scoring", 0.0),
        "update",
        fastest.getOrDefault("seconds_update", 0.0),
        "ptx",
        ptx,
        "total",
        best,
        "episodes_per_s",
        episodes / best,
        "episodes_per_s_without_ptx",
        episodes / (best - ptx));
  }
}
