package org.instructgpt.records;

/// A person who writes demonstrations, ranks and rates outputs.
///
/// @param pool the group that the person belongs to
public record Labeler(String id, Pool pool) implements Feedback {

  public Labeler {
    RecordChecks.id("id", id);
  }

  /// The groups of labelers (paper sections 3.4 and 5.2).
  public enum Pool {
    /// Labelers who passed the screening; their work trains the models.
    TRAINING,
    /// Labelers who produce no training data; they measure whether the models generalise to the
    /// preferences of other people.
    HELD_OUT,
    /// Researchers, whose answers are the reference of the screening.
    RESEARCHER
  }
}
