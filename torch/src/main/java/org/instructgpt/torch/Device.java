package org.instructgpt.torch;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch;

/// Where tensors live: the processor's memory or a CUDA accelerator's.
public enum Device {
  /// The processor.
  CPU(torch.DeviceType.CPU),
  /// The first CUDA device; needs a build with `-Pgpu` and a driver.
  CUDA(torch.DeviceType.CUDA);

  static {
    Libtorch.load();
  }

  final torch.DeviceType type;

  Device(torch.DeviceType type) {
    this.type = type;
  }

  /// The device named `cpu` or `cuda`.
  ///
  /// @throws IllegalArgumentException for another name, or for `cuda` where libtorch finds none
  public static Device named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "cpu" -> CPU;
      case "cuda" -> {
        if (!torch.cuda_is_available()) {
          throw new IllegalArgumentException(
              "device cuda was asked for, but libtorch finds no CUDA device: it needs a build with"
                  + " -Pgpu, the libraries of CUDA 13 and an NVIDIA driver (README.md); or use"
                  + " --device cpu");
        }
        yield CUDA;
      }
      default ->
          throw new IllegalArgumentException(
              "device must be cpu or cuda, but is '%s'".formatted(name));
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  org.bytedeco.pytorch.Device handle() {
    return this == CPU
        ? new org.bytedeco.pytorch.Device(type)
        : new org.bytedeco.pytorch.Device(type, (byte) 0);
  }
}
