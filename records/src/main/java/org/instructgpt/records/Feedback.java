package org.instructgpt.records;

/// A record of the store: a prompt, a demonstration, a ranking, a rating or a labeler.
public sealed interface Feedback permits Labeler, Prompt, Demonstration, Ranking, Rating {

  /// The id of this record, unique among the records of its type.
  String id();
}
