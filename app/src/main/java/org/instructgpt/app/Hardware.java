package org.instructgpt.app;

import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// With what arithmetic, and where, a command computes.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class Hardware {
  @Mixin private final PrecisionOption precision = new PrecisionOption();

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
    return precision.on(device());
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
        .formatted(precision(), precision.isAuto() ? " (chosen by auto)" : "", device());
  }
}
