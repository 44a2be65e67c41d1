package org.instructgpt.app;

import org.instructgpt.project.LongPrompts;
import picocli.CommandLine.Option;

/// The flag that says what happens to prompts that are too long.
final class LongPromptsOption {
  @Option(
      names = "--long-prompts",
      defaultValue = "drop",
      description =
          "Prompts longer than half the context: drop, as the paper, or cut (${DEFAULT-VALUE}).")
  private LongPrompts rule = LongPrompts.DROP;

  LongPrompts rule() {
    return rule;
  }
}
