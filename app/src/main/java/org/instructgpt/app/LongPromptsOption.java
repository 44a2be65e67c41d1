package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import org.instructgpt.project.ContextFitter;
import picocli.CommandLine.Option;

/// The flag that says what happens to prompts that are too long.
final class LongPromptsOption {
  @Option(
      names = "--long-prompts",
      defaultValue = "drop",
      description =
          "Prompts longer than half the context: drop, as the paper, or cut (${DEFAULT-VALUE}).")
  private ContextFitter.LongPrompts longPrompts = ContextFitter.LongPrompts.DROP;

  /// Fits to the context of a model.
  ContextFitter to(Path model) throws IOException {
    return ContextFitter.to(model, longPrompts);
  }
}
