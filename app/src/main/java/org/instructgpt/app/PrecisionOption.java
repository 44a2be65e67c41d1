package org.instructgpt.app;

import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import picocli.CommandLine.Option;

/// The flag that names the arithmetic of matrix products.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class PrecisionOption {
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

  /// The precision on a device.
  Precision on(Device device) {
    try {
      return Precision.named(precision, device);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--precision: " + refused.getMessage(), refused);
    }
  }

  boolean isAuto() {
    return precision.equals("auto");
  }
}
