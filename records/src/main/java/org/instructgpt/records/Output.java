package org.instructgpt.records;

/// A text that somebody judges, and the model that wrote it.
///
/// Whether a model ended its text by itself is a part of the output, though people do not see it: a
/// reward model reads an answer at its end-of-text token, which a text that a length limit cut off
/// never had.
///
/// @param text may be empty: a model may stop at once
/// @param model name of the checkpoint, [#HUMAN], or [#UNKNOWN]
/// @param ended whether it ended by itself (with end of text, or where it was asked to stop); false
///   if a limit cut it off. What people wrote has ended, and so has what nobody says otherwise of
public record Output(String text, String model, boolean ended) {
  /// The author of an output whose file does not say.
  public static final String UNKNOWN = "unknown";

  /// The author of an output that a person wrote.
  public static final String HUMAN = "human";

  public Output {
    RecordChecks.text("text", text);
    RecordChecks.filled("model", model);
  }

  /// One that ended by itself.
  public Output(String text, String model) {
    this(text, model, true);
  }
}
