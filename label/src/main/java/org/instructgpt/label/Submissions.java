package org.instructgpt.label;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.instructgpt.label.Submission.Outcome;
import org.instructgpt.label.Submission.Receipt;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Work comes in, inside a write that nobody else's comes into: of one labeler on one task once.
/// What comes afterwards is a [Correction] or refused.
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

  /// Empty when the task was deleted meanwhile, which is then counted for the labeler.
  ///
  /// @param tell called once if the work is new, with the task that it is for
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
    var slots = new Leases(handle, now);
    var held = slots.required(labeler, submission.item());
    annotations
        .of(labeler, submission.item())
        .ifPresent(first -> {
          throw first.already();
        });
    LabelingTask task = LabelingTask.find(handle, submission.item()).orElseThrow();
    WorkChecks.check(task, submission.work());
    Outcome outcome =
        held.state().equals("out") && slots.fill(labeler, held) ? Outcome.COUNTED : Outcome.SURPLUS;
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
    // What everybody is given as a measure would weigh too much in what models learn from.
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
