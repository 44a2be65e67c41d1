package org.instructgpt.label;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;

/// A task that is leased to a labeler. It does not tell which models wrote the outputs.
///
/// @param item id of the task
/// @param prompt its text; empty if the labeler is to write one
/// @param outputs their texts, in an order that depends on the task and the labeler alone
/// @param token passed to [TaskQueue#renew] and [TaskQueue#submit] to show who holds the lease
/// @param until when the lease ends
public record Lease(
    String item,
    Kind kind,
    Mode mode,
    String prompt,
    List<String> outputs,
    String note,
    String instructions,
    String token,
    Instant until,
    Optional<Draft> draft) {

  /// How long a lease lasts unless it is renewed.
  public static final Duration DURATION = Duration.ofMinutes(20);

  public Lease {
    outputs = List.copyOf(outputs);
  }

  /// The same lease with another draft.
  public Lease with(Draft other) {
    return new Lease(
        item, kind, mode, prompt, outputs, note, instructions, token, until, Optional.of(other));
  }

  /// Unfinished work on a task.
  ///
  /// @param version counts up with each change that the page makes
  /// @param json the state of the page's form; its format is the page's own
  public record Draft(long version, String json, Instant saved) {}

  /// Why a labeler skips a task.
  public enum SkipReason {
    UNCLEAR,
    SENSITIVE,
    PERSONAL_DATA,
    LANGUAGE,
    NOT_RANKABLE,
    OTHER
  }
}
