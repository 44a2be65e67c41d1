package org.instructgpt.app;

import org.instructgpt.model.GptConfig;
import picocli.CommandLine.Option;

/// `--context`: a shorter context than the model's.
final class ContextOption {
  @Option(
      names = "--context",
      defaultValue = "0",
      paramLabel = "TOKENS",
      description =
          "The most tokens of a prompt with its response, and of a window of text; 0: the model's context.")
  private int tokens;

  int tokens() {
    if (tokens < 0) {
      throw new IllegalArgumentException("--context: expected 0 or more tokens, found " + tokens);
    }
    return tokens;
  }

  /// A model's shape with that context.
  GptConfig of(GptConfig shape) {
    return tokens() == 0 ? shape : shape.withContext(Math.min(tokens, shape.context()));
  }
}
