package org.instructgpt.app;

import org.instructgpt.torch.MomentPrecision;
import picocli.CommandLine.Option;

/// The flag that says how an optimizer keeps its moments.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class MomentsOption {
  @Option(
      names = "--moments",
      defaultValue = "float32",
      paramLabel = "P",
      description =
          "How the optimizer keeps its two moments: float32 (${DEFAULT-VALUE}), or bfloat16, which"
              + " saves 4 bytes a parameter.")
  private String moments;

  /// As it is named.
  MomentPrecision moments() {
    try {
      return MomentPrecision.named(moments);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--moments: " + refused.getMessage(), refused);
    }
  }
}
