package org.instructgpt.torch;

import org.bytedeco.pytorch.DeviceTypeOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.global.torch;

/// A stream of random numbers whose state can be saved.
///
/// Streams are named: [#at(long, String, long)] gives the same numbers for the same seed, purpose
/// and step in every process, so a resumed run draws what the uninterrupted one drew, and one
/// purpose drawing more never shifts another. Belongs to the scope it is made in; for one thread at
/// a time.
public final class Randomness {
  static {
    Libtorch.load();
  }

  final Generator generator;
  private final Device device;

  /// A stream that depends on `seed` alone, for tensors on the processor.
  public Randomness(long seed) {
    this(seed, Device.CPU);
  }

  /// A stream that depends on `seed` alone, for tensors on `device`. An accelerator draws its
  /// numbers itself, others than the processor draws from the same seed.
  public Randomness(long seed, Device device) {
    this.device = device;
    this.generator =
        device == Device.CPU ? torch.make_generator_cpu(seed) : ofAccelerator(seed, device);
  }

  private static Generator ofAccelerator(long seed, Device device) {
    try (var type = new DeviceTypeOptional(device.type)) {
      var hooks = torch.globalContext().getAcceleratorHooksInterface(type);
      var generator = hooks.getNewGenerator((byte) 0);
      generator.set_current_seed(seed);
      return generator;
    }
  }

  /// The stream for one purpose (such as `dropout`) at one step of a run, for tensors on the
  /// processor.
  public static Randomness at(long seed, String purpose, long step) {
    return at(seed, purpose, step, Device.CPU);
  }

  /// The stream for one purpose (such as `dropout`) at one step of a run, for tensors on `device`.
  public static Randomness at(long seed, String purpose, long step, Device device) {
    return new Randomness(mix(mix(seed, purpose.hashCode()), step), device);
  }

  /// A number that depends on both in a way that similar inputs do not show (SplitMix64's
  /// finaliser).
  public static long mix(long seed, long with) {
    long z = seed + 0x9E3779B97F4A7C15L * (with + 1);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// Where the tensors are that it fills.
  public Device device() {
    return device;
  }

  /// The whole state; [#restore] continues from it.
  public byte[] state() {
    try (var state = generator.get_state()) {
      var bytes = new byte[Math.toIntExact(state.numel())];
      state.data_ptr_byte().get(bytes);
      return bytes;
    }
  }

  /// Continues from a saved state.
  public void restore(byte[] state) {
    try (var tensor = org.bytedeco.pytorch.Tensor.create(state)) {
      generator.set_state(tensor);
    }
  }
}
