package org.instructgpt.app;

import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;
import picocli.CommandLine.Option;

/// The flags that say what a training does without, to need less memory.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class MemorySavingOption {
  @Option(
      names = "--moments",
      defaultValue = "float32",
      paramLabel = "P",
      description =
          "How the optimizer keeps its two moments: float32 (${DEFAULT-VALUE}), or bfloat16, which"
              + " saves 4 bytes a parameter.")
  private String moments;

  @Option(
      names = "--recompute-activations",
      description =
          "Keep only the input of each layer for the backward pass and compute the rest again (activation"
              + " checkpointing): the same result in a third more time and much less memory.")
  private boolean recompute;

  /// As the flags say.
  MemorySaving saving() {
    try {
      return new MemorySaving(MomentPrecision.named(moments), recompute);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--moments: " + refused.getMessage(), refused);
    }
  }
}
