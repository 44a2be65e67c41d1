package org.instructgpt.records;

/// One thing that a person gave and the store keeps under its id: a row of `feedback.db`.
public sealed interface Feedback permits Labeler, Prompt, Demonstration, Ranking, Rating {

  /// The name of this row, unique among the rows of its type.
  String id();
}
