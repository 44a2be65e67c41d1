package org.instructgpt.records;

/// A person who demonstrates, ranks and rates.
///
/// @param pool which of the three groups the person belongs to
public record Labeler(String id, Pool pool) implements Feedback {

  public Labeler {
    RecordChecks.id("id", id);
  }

  /// Who may judge what (paper sections 3.4 and 5.2).
  public enum Pool {
    /// Passed the screening; their work trains the models.
    TRAINING,
    /// Produced no training data: they tell whether the models please people they did not learn
    /// from.
    HELD_OUT,
    /// A researcher of the team: the yardstick of the screening.
    RESEARCHER
  }
}
