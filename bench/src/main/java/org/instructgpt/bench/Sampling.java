package org.instructgpt.bench;

import java.util.Random;
import java.util.stream.Stream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Sampler;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// Batched sampling at temperature 1 with the key-value cache, including the pass over the prompts.
public final class Sampling {
  private Sampling() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    int batch = flags.whole("batch", 64);
    int tokens = flags.whole("new", 32);
    try (var _ = Scope.open()) {
      var gpt = new Gpt(flags.model(), flags.precision(), Device.CPU);
      gpt.initialize(new Randomness(1));
      var random = new Random(1);
      int length = flags.whole("prompt", 32);
      var prompts =
          Stream.generate(() -> random.ints(length, 0, gpt.config().vocabulary()).toArray())
              .limit(batch)
              .toList();
      var sampler = new Sampler(gpt, -1, new Sampler.Settings(tokens, 1, 1, batch, false)).frozen();
      double seconds = flags.best(() -> sampler.sample(prompts, 0), flags.whole("runs", 10));
      flags.print(
          "new_tokens_per_s", batch * tokens / seconds,
          "ms_per_position", 1000 * seconds / tokens,
          "params", gpt.parameters().count());
    }
  }
}
