package org.instructgpt.label;

import java.time.Instant;
import java.util.Optional;
import org.instructgpt.label.Rejected.Why;
import org.jdbi.v3.core.Handle;

/// Tasks that were deleted with their prompts while labelers held them or after they were done. The
/// work is deleted with the prompt; its count and time stay, since labelers are paid by them.
final class DeletedTasks {
  private final Handle handle;

  DeletedTasks(Handle handle) {
    this.handle = handle;
  }

  /// Records who holds or has done a task that is about to be deleted.
  void remember(String item) {
    handle.execute(
        """
        INSERT INTO label_gone
          (item, labeler, kind, batch, outcome, handed, submitted, active_millis)
        SELECT l.item, l.labeler, b.kind, b.name, COALESCE(a.outcome, 'counted'), l.handed,
          a.submitted, COALESCE(a.active_millis, 0)
        FROM label_lease l JOIN label_item i ON i.id = l.item JOIN label_batch b ON b.id = i.batch
        LEFT JOIN label_annotation a ON a.item = l.item AND a.labeler = l.labeler
        WHERE l.item = ? AND l.state <> 'skipped'\
        """,
        item);
  }

  /// Whether the labeler held or had done this task when it was deleted.
  boolean was(String labeler, String item) {
    return handed(labeler, item).isPresent();
  }

  private Optional<Long> handed(String labeler, String item) {
    return handle
        .createQuery("SELECT handed FROM label_gone WHERE item = ? AND labeler = ?")
        .bind(0, item)
        .bind(1, labeler)
        .mapTo(Long.class)
        .findOne();
  }

  /// Counts the time of work on a deleted task. Returns whether the task is a deleted one.
  boolean finished(String labeler, Submission submission, Instant now) {
    var handed = handed(labeler, submission.item());
    handed.ifPresent(since ->
        handle
            .createUpdate(
                """
                UPDATE label_gone SET submitted = :now, active_millis = :active
                WHERE item = :item AND labeler = :me AND submitted IS NULL\
                """)
            .bind("now", now.toEpochMilli())
            .bind("active", new PlausibleTimes(since, now.toEpochMilli()).active(submission))
            .bind("item", submission.item())
            .bind("me", labeler)
            .execute());
    return handed.isPresent();
  }

  static Rejected rejected(String item) {
    return new Rejected(Why.GONE, "the prompt of this item was deleted meanwhile: " + item);
  }
}
