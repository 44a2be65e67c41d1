package org.instructgpt.bench;

import java.util.Random;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// One training step: forward pass, cross-entropy, backward pass, AdamW.
public final class Training {
  private Training() {}

  public static void main(String[] arguments) {
    var flags = BenchmarkFlags.parse(arguments);
    int batch = flags.whole("batch", 16);
    int length = flags.whole("length", flags.model().context());
    try (var _ = Scope.open()) {
      var gpt = new Gpt(flags.model(), flags.precision(), Device.CPU);
      gpt.initialize(new Randomness(1));
      var optimizer = new AdamW(gpt.parameters(), AdamW.Settings.gpt3(0.1));
      var ids = new Random(1).ints((long) batch * (length + 1), 0, gpt.config().vocabulary());
      var tokens = Tensor.of(ids.toArray(), batch, length + 1);
      var inputs = tokens.narrow(1, 0, length);
      var targets = tokens.narrow(1, 1, length);
      double seconds =
          flags.best(
              () -> {
                try (var _ = Scope.open()) {
                  LogProbs.ofNext(gpt, inputs, targets, Dropout.NONE).mean().neg().backward();
                  optimizer.step(1e-4);
                }
              },
              20);
      flags.print(
          "tokens_per_s",
          batch * length / seconds,
          "step_ms",
          1000 * seconds,
          "params",
          gpt.parameters().count());
    }
  }
}
