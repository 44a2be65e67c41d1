package org.instructgpt.app;

import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import picocli.CommandLine.Option;

/// With what arithmetic, and where, a command computes.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class Hardware {
  @Option(
      names = "--precision",
      defaultValue = "auto",
      paramLabel = "P",
      description = {
        "Of matrix products: float32, bfloat16, or auto (${DEFAULT-VALUE}). auto is bfloat16 where the"
            + " processor multiplies it in hardware (AVX512-BF16, AMX) and on a GPU, else float32;"
            + " what it picked is printed. Weights stay float32 in any case."
      })
  private String precision;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "D",
      description = "Where it computes: cpu or cuda (${DEFAULT-VALUE}).")
  private String device;

  /// Checks both, before any work.
  void check() {
    var _ = precision();
  }

  Precision precision() {
    var device = device();
    try {
      return Precision.named(precision, device);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--precision: " + refused.getMessage(), refused);
    }
  }

  Device device() {
    try {
      return Device.named(device);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--device: " + refused.getMessage(), refused);
    }
  }

  /// Both as they are used.
  @Override
  public String toString() {
    return "precision %s%s, device %s"
        .formatted(precision(), precision.equals("auto") ? " (chosen by auto)" : "", device());
  }
}
