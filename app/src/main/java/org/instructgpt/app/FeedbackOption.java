package org.instructgpt.app;

import picocli.CommandLine.Option;

/// The flag `--from-feedback` of stages that learn from what people gave.
final class FeedbackOption {
  @Option(
      names = "--from-feedback",
      description =
          "Learn also from what customers said of answers to their own prompts: comparisons, and"
              + " answers that they wrote anew.")
  private boolean learned;

  boolean isLearned() {
    return learned;
  }
}
