package org.instructgpt.torch;

import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/// Loads the libtorch that the Java binding brings, also where the system has one of its own.
///
/// The binding unpacks its libraries one by one, each just before it is loaded, and `libtorch.so`
/// before `libtorch_cpu.so`, which that needs. So when it runs for the first time the linker takes
/// the `libtorch_cpu.so` of the system, if there is one (Debian's package `python3-torch`,
/// `LD_LIBRARY_PATH`), and two versions in one process crash. Here what others need is loaded
/// first.
final class Libtorch {
  /// In the order in which they need each other, with the binding's names.
  private static final List<String> FIRST = List.of("gomp@.1", "c10", "torch_cpu");

  static {
    Loader.load(org.bytedeco.openblas.global.openblas.class);
    var properties = Loader.loadProperties(torch.class, Loader.loadProperties(), true);
    for (var library : FIRST) {
      try {
        Loader.loadLibrary(
            torch.class, Loader.findLibrary(torch.class, properties, library), library);
      } catch (UnsatisfiedLinkError e) {
        // Not on this system under this name (libgomp on macOS): the binding knows the others, and
        // says what it misses.
      }
    }
    Loader.load(torch.class);
  }

  private Libtorch() {}

  /// Returns when libtorch is loaded. Every class calls it that a program can begin with.
  static void load() {}
}
