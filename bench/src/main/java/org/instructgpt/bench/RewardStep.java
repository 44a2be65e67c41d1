package org.instructgpt.bench;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.reward.TokenizedRanking;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// One step of the reward-model trainer on K ranked completions per prompt, each forwarded once.
public final class RewardStep {
  private RewardStep() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    int prompts = flags.whole("prompts", 8);
    int k = flags.whole("completions", 4);
    int length = flags.whole("length", 64);
    var shape = flags.model();
    try (var _ = Scope.open()) {
      var random = new Random(1);
      var body = new Gpt(shape, flags.precision(), Device.CPU);
      body.initialize(new Randomness(1));
      var model = new ScalarModel(shape, flags.precision(), Device.CPU);
      model.initializeFrom(body, new Randomness(2));
      var rankings =
          IntStream.range(0, prompts)
              .mapToObj(i ->
                  new TokenizedRanking(
                      "" + i,
                      random.ints(length / 2, 0, shape.vocabulary()).toArray(),
                      Stream.generate(() ->
                              random.ints(length - length / 2, 0, shape.vocabulary()).toArray())
                          .limit(k)
                          .toList(),
                      IntStream.rangeClosed(1, k).boxed().toList(),
                      "bench"))
              .toList();
      var settings =
          new RewardModeling.Settings(
              1_000_000, prompts, 1e-5, 0.1, 0, 0, 1, 1, flags.whole("microbatch", 64) * length);
      var trainer =
          new RewardModeling(
              model,
              new RewardModeling.Data(Tokenizers.gpt2(), rankings, List.of(), List.of()),
              settings,
              new Lineage("reward", Map.of(), Map.of()));
      var step = new long[1];
      double seconds =
          flags.best(
              () -> {
                var _ = trainer.step(step[0]++);
              },
              flags.whole("steps", 10));
      flags.print("each_once_prompts_per_s", prompts / seconds, "completions", k);
    }
  }
}
