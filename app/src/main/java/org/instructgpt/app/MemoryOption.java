package org.instructgpt.app;

import java.util.OptionalDouble;
import org.instructgpt.cost.Bytes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flag that limits a training's memory.
final class MemoryOption {
  @Option(
      names = "--memory",
      paramLabel = "BYTES",
      description =
          "Fit the training into so much memory, such as 8G, by fewer rows at once and then by"
              + " --recompute-activations; what was chosen is printed.")
  private @Nullable String memory;

  /// Bytes; empty without a limit.
  ///
  /// @throws IllegalArgumentException if the flag names no amount
  OptionalDouble bytes() {
    if (memory == null) {
      return OptionalDouble.empty();
    }
    try {
      return OptionalDouble.of(Bytes.parse(memory));
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--memory: " + refused.getMessage(), refused);
    }
  }
}
