package org.instructgpt.torch;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch;

/// libtorch itself: its version, its threads, its matrix library, and what the machine does fast.
public final class Engine {
  static {
    Libtorch.load();
  }

  private Engine() {}

  /// libtorch's version with that of its Java binding, such as `2.10.0-1.5.13`.
  public static String version() {
    var about = new java.util.Properties();
    try (var in =
        torch.class.getResourceAsStream("/META-INF/maven/org.bytedeco/pytorch/pom.properties")) {
      if (in != null) {
        about.load(in);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return about.getProperty("version", "unknown");
  }

  /// How many threads an operation may use.
  public static int threads() {
    return torch.get_num_threads();
  }

  /// Lets an operation use `count` threads.
  ///
  /// libtorch's number does not reach the matrix library. Its threads spin while they wait for each
  /// other, so with other work on the machine a product of microseconds takes milliseconds
  /// (measured at B, one row: 33 tokens/s, and 662 without them).
  public static void useThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads must be at least 1, but is " + count);
    }
    torch.set_num_threads(count);
    MatrixThreads.use(count);
  }

  /// Runs `body` with one thread an operation where its operations are so small that waking a
  /// second one costs more than it saves, else with as many as before.
  ///
  /// Generating a token for a few rows is hundreds of operations of microseconds each. Measured on
  /// two cores, one thread was 1.5 to 3 times faster up to about 130 million floating-point
  /// operations a token in float32 and 400 million in bfloat16, which is where a pass takes a
  /// millisecond. Changing the number makes oneDNN forget what it has prepared, so this is for
  /// whole generations.
  ///
  /// @param operations floating-point operations of one pass
  public static void threadsFor(double operations, Precision precision, Runnable body) {
    int before = threads();
    if (before == 1 || operations > (precision == Precision.MIXED ? 2e8 : 1.3e8)) {
      body.run();
      return;
    }
    useThreads(1);
    try {
      body.run();
    } finally {
      useThreads(before);
    }
  }

  /// Runs `body` with one thread an operation, whatever others have: for work that threads of one's
  /// own share.
  public static void alone(Runnable body) {
    int before = threads();
    MatrixThreads.useOnThisThread(1);
    try {
      body.run();
    } finally {
      MatrixThreads.useOnThisThread(before);
    }
  }

  /// Gives memory back to the system that is free but kept for later, if it is much: for the end of
  /// a phase, after which tensors have other sizes and would not fit where the old ones were.
  public static void freeUnused() {
    NativeHeap.trim();
  }

  /// What libtorch says of its parallel and matrix libraries, several lines.
  public static String description() {
    return torch.get_parallel_info().getString();
  }

  /// Whether libtorch finds a CUDA device.
  public static boolean hasCuda() {
    return torch.cuda_is_available();
  }

  /// Waits until `device` has done what it was asked for: an accelerator works off a queue, and
  /// only who reads a number waits for it by itself.
  public static void finish(Device device) {
    if (device != Device.CPU) {
      torch.cuda_synchronize();
    }
  }

  /// bfloat16 where the processor multiplies it in hardware (AVX512-BF16 or AMX), else float32.
  public static Precision fastPrecision() {
    return FAST;
  }

  private static final Precision FAST = hasFastBfloat16() ? Precision.MIXED : Precision.FULL;

  private static boolean hasFastBfloat16() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(flags -> flags.contains("avx512_bf16") || flags.contains("amx_bf16"))
          .orElse(false);
    } catch (java.io.IOException | java.io.UncheckedIOException e) {
      return false; // not Linux: float32 is right everywhere
    }
  }
}
