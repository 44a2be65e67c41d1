package org.instructgpt.label;

import java.util.List;

/// Thrown when the task queue refuses a request of a labeler: a submission, a draft, a renewal or a
/// skip.
public final class Rejected extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The reason of a refusal.
  public enum Why {
    /// There is no such task, or it was never handed to this labeler.
    NOT_YOURS,
    /// The lease is over and the task went to somebody else.
    LEASE_LOST,
    /// A newer draft is stored.
    OLDER_DRAFT,
    /// The task is handed in or skipped already.
    FINISHED,
    /// The id of this submission was used for other work.
    OTHER_WORK,
    /// The work does not fit the task, see [Rejected#problems].
    BAD_WORK,
    /// This labeler has handed in the task already, under another id.
    HANDED_IN,
    /// There is nothing to correct.
    NOT_HANDED_IN,
    /// The work to be corrected is in use already.
    USED,
    /// The work to be corrected was handed in on another day.
    DAY_OVER,
    /// The task was deleted with its prompt while the labeler had it.
    GONE
  }

  /// Something that is wrong with the work.
  ///
  /// @param field such as `outputs[2].quality`
  /// @param expected a key of the messages, such as `label.problem.quality`
  /// @param found what was found, as text
  public record Problem(String field, String expected, String found) {}

  private final Why why;
  private final transient List<Problem> problems;

  Rejected(Why why, String message, List<Problem> problems) {
    super(message);
    this.why = why;
    this.problems = List.copyOf(problems);
  }

  Rejected(Why why, String message) {
    this(why, message, List.of());
  }

  public Why why() {
    return why;
  }

  public List<Problem> problems() {
    return problems;
  }
}
