package org.instructgpt.app;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instructgpt.torch.Device;

/// How much memory a program could take here without swapping.
final class FreeMemory {
  private static final Path LINUX = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";

  private FreeMemory() {}

  /// Bytes of the memory in which a device computes. Of a GPU it is what its driver's `nvidia-smi`
  /// calls free; where that cannot be asked, without limit, so that the attempt decides.
  static long bytes(Device device) throws IOException {
    if (device == Device.CPU) {
      return bytes();
    }
    try {
      var asked =
          new ProcessBuilder(
                  "nvidia-smi",
                  "-i",
                  "0",
                  "--query-gpu=memory.free",
                  "--format=csv,noheader,nounits")
              .redirectErrorStream(true)
              .start();
      try (var answer = asked.inputReader()) {
        return Long.parseLong(answer.readAllAsString().strip()) << 20;
      }
    } catch (IOException | NumberFormatException _) {
      return Long.MAX_VALUE;
    }
  }

  /// Bytes: what Linux calls available, since it gives up its caches for programs; elsewhere what
  /// is free. Never more than a container may use.
  static long bytes() throws IOException {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    if (!Files.exists(LINUX)) {
      return system.getFreeMemorySize();
    }
    try (var lines = Files.lines(LINUX)) {
      long kilobytes =
          lines
              .filter(line -> line.startsWith(AVAILABLE))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElse(system.getFreeMemorySize() >> 10);
      return Math.min(kilobytes << 10, system.getTotalMemorySize());
    }
  }
}
