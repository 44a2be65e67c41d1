package org.instructgpt.torch;

/// Hands tensors of ours to libtorch's collectives, which the module `cluster` calls. Nobody else
/// needs to know what a tensor is made of.
public final class NativeTensors {
  private NativeTensors() {}

  /// Returns when libtorch is loaded.
  public static void load() {
    Libtorch.load();
  }

  /// The library's own tensor. It is lent: it lives as long as ours.
  public static org.bytedeco.pytorch.Tensor of(Tensor tensor) {
    return tensor.handle;
  }
}
