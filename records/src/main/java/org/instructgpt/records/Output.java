package org.instructgpt.records;

/// A text that somebody judges, and the model that wrote it.
///
/// @param text may be empty: a model may stop at once
/// @param model name of the checkpoint, [#HUMAN], or [#UNKNOWN]
public record Output(String text, String model) {
  /// The author of an output whose file does not say.
  public static final String UNKNOWN = "unknown";

  /// The author of an output that a person wrote.
  public static final String HUMAN = "human";

  public Output {
    Check.text("text", text);
    Check.filled("model", model);
  }
}
