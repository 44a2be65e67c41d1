package org.instructgpt.cost;

import java.util.Optional;
import org.instructgpt.torch.Device;

/// The machine that a plan is for.
///
/// @param words what it is, for people
/// @param memory bytes that a device's programs may take
/// @param devices how many there are; states are divided among them, and each has rows of its own
/// @param rate best rate of a device's matrix products, operations a second; none if unknown
/// @param program bytes of memory that the program itself takes of a device's
public record PlanMachine(
    String words, double memory, int devices, Optional<Double> rate, double program) {
  /// The JVM with its data and libtorch, measured as resident memory on Linux: 0.38 GB before any
  /// model is made, the rest is the heap of a small training.
  private static final double PROGRAM = 0.45e9;

  /// Checks that there is something.
  public PlanMachine {
    if (!(memory > 0) || devices < 1) {
      throw new IllegalArgumentException(
          "expected some memory and at least 1 device, found %s and %d"
              .formatted(Bytes.words(memory), devices));
    }
  }

  /// The machine that we are on.
  ///
  /// @param free bytes of memory
  public static PlanMachine here(double free, double rate) {
    return new PlanMachine(
        "this machine, %s of memory free".formatted(Bytes.words(free)),
        free,
        1,
        Optional.of(rate),
        PROGRAM);
  }

  /// A part of a machine's memory, for a program that computes on `device`.
  ///
  /// @param spare how many times as much as is counted shall be there
  static PlanMachine limited(double memory, double spare, Device device) {
    var words = "%s of memory, %.0f%% to spare".formatted(Bytes.words(memory), 100 * (spare - 1));
    double program = device == Device.CPU ? PROGRAM : 0;
    return new PlanMachine(words, memory / spare, 1, Optional.empty(), program);
  }

  /// Graphics processors, whose memory the program itself does not lie in.
  public static PlanMachine gpus(int count, double memory, Optional<Double> rate) {
    return new PlanMachine(
        "%s of %s".formatted(org.instructgpt.files.Count.of(count, "GPU"), Bytes.words(memory)),
        memory,
        count,
        rate,
        0);
  }
}
