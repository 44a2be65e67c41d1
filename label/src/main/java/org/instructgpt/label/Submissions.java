package org.instructgpt.label;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.instructgpt.label.Submission.Outcome;
import org.instructgpt.label.Submission.Receipt;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Stores a submission. Runs inside the single writer's transaction. A labeler hands in a task
/// once; later changes are [corrections][Correction].
final class Submissions {
  private final Store store;
  private final Handle handle;
  private final Instant now;
  private final String labeler;
  private final Submission submission;

  Submissions(Store store, Handle handle, Instant now, String labeler, Submission submission) {
    this.store = store;
    this.handle = handle;
    this.now = now;
    this.labeler = labeler;
    this.submission = submission;
  }

  /// Stores the submission, or finds the receipt of an earlier try. Empty if the task was deleted
  /// meanwhile; the time still counts for the labeler.
  ///
  /// @param tell called once with the task if the submission is new
  Optional<Receipt> take(Consumer<LabelingTask> tell) {
    var annotations = new Annotations(handle);
    var earlier = annotations.named(submission.id());
    if (earlier.isPresent()) {
      return Optional.of(earlier.get().again(labeler, submission));
    }
    PlausibleTimes.check(submission);
    if (new DeletedTasks(handle).finished(labeler, submission, now)) {
      return Optional.empty();
    }
    var leases = new Leases(handle, now);
    var held = leases.required(labeler, submission.item());
    annotations
        .of(labeler, submission.item())
        .ifPresent(first -> {
          throw first.already();
        });
    LabelingTask task = LabelingTask.find(handle, submission.item()).orElseThrow();
    WorkChecks.check(task, submission.work());
    Outcome outcome =
        held.state().equals("out") && leases.fill(labeler, held)
            ? Outcome.COUNTED
            : Outcome.SURPLUS;
    var possible = new PlausibleTimes(held.handed(), now.toEpochMilli());
    var annotation =
        new Annotation(
            submission.id(),
            labeler,
            task.id(),
            outcome,
            submission.work(),
            possible.started(submission),
            possible.active(submission),
            now.toEpochMilli());
    annotations.insert(annotation, task, held);
    handle
        .createUpdate("UPDATE label_lease SET state = 'done' WHERE item = :item AND labeler = :me")
        .bind("item", task.id())
        .bind("me", labeler)
        .execute();
    if (held.drafted()) {
      new Drafts(handle, now).drop(labeler, task.id());
    }
    // Gold tasks are done by every labeler, so they would weigh too much as training data.
    if (outcome == Outcome.COUNTED && held.slot().isPresent()) {
      store.insert(
          handle,
          new FeedbackRecords(submission.id(), labeler, now).records(task, submission.work()));
      if (submission.work() instanceof LabelerWork.Tagged) {
        new PromptTags(handle).settle(task);
      }
    }
    tell.accept(task);
    return Optional.of(annotation.receipt(submission));
  }
}
