package org.instructgpt.label;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.instructgpt.label.TaskBatch.Kind;

/// A labeler's finished work on a task, as the client sends it.
///
/// @param id a UUID that the client made; the same one for every retry
/// @param token of the lease
/// @param started when the labeler first saw the task
/// @param activeMillis how long the page was visible
public record Submission(
    String id, String item, String token, LabelerWork work, Instant started, long activeMillis) {

  /// The same submission with its id in the one form in which ids are compared.
  ///
  /// @throws Rejected if the id is no UUID
  Submission canonical() {
    try {
      return new Submission(
          UUID.fromString(id).toString(), item, token, work, started, activeMillis);
    } catch (IllegalArgumentException bad) {
      throw new Rejected(
          Rejected.Why.BAD_WORK,
          "expected a UUID as the name of the submission",
          List.of(new Rejected.Problem("id", "label.problem.uuid", id)));
    }
  }

  /// The answer to a submission.
  ///
  /// @param bounds values of the submission that were out of range, and what was stored instead
  public record Receipt(String submission, Outcome outcome, Instant at, List<Bound> bounds) {
    public Receipt {
      bounds = List.copyOf(bounds);
    }
  }

  /// A value that was out of range, such as a start after the end, and the nearest possible one,
  /// which is stored.
  public record Bound(String field, String given, String kept) {}

  /// Whether a submission counts.
  public enum Outcome {
    /// It fills a slot.
    COUNTED,
    /// It is kept, but others had filled the slots.
    SURPLUS
  }

  /// A submission in a labeler's history.
  public record Done(
      String item, Kind kind, String batch, Instant at, long activeMillis, Outcome outcome) {}
}
