package org.instructgpt.records;

/// A text to be ranked or rated, and the model that wrote it.
///
/// Whether the text ended by itself is part of the output, though labelers do not see it: a reward
/// model reads its score at the end-of-text token, which a text cut off by a length limit does not
/// have.
///
/// @param text may be empty: a model may end at once
/// @param model name of the checkpoint, [#HUMAN], or [#UNKNOWN]
/// @param ended whether it ended by itself, with end of text or at a stop sequence; false if a
///   length limit cut it off. Texts of people and texts without this information count as ended
public record Output(String text, String model, boolean ended) {
  /// The model of an output whose file does not name one.
  public static final String UNKNOWN = "unknown";

  /// The model of an output that a person wrote.
  public static final String HUMAN = "human";

  public Output {
    RecordChecks.text("text", text);
    RecordChecks.filled("model", model);
  }

  /// An output that ended by itself.
  public Output(String text, String model) {
    this(text, model, true);
  }
}
