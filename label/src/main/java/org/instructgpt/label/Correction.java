package org.instructgpt.label;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.Submission.Outcome;
import org.instructgpt.label.Submission.Receipt;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// A correction: replaces work that a labeler handed in, until it is used or their day ends. All
/// versions are kept; models learn from the newest.
///
/// Work is in use if it was there when a training run, an export or a curation last read the store,
/// if it is a gold answer, or if it wrote a prompt that a task or a round is about.
final class Correction {
  private final Store store;
  private final Handle handle;
  private final Instant now;
  private final String labeler;

  Correction(Store store, Handle handle, Instant now, String labeler) {
    this.store = store;
    this.handle = handle;
    this.now = now;
    this.labeler = labeler;
  }

  /// Why the work on a task cannot be corrected; empty if it can.
  ///
  /// @param day the time zone of the labeler's day
  Optional<Why> obstacle(Annotation current, ZoneId day) {
    long first =
        new Annotations(handle)
            .versions(current.id()).stream()
                .findFirst()
                .map(Annotation::submitted)
                .orElse(current.submitted());
    boolean today =
        LocalDate.ofInstant(Instant.ofEpochMilli(first), day).equals(LocalDate.ofInstant(now, day));
    if (!today) {
      return Optional.of(Why.DAY_OVER);
    }
    return used(current) ? Optional.of(Why.USED) : Optional.empty();
  }

  private boolean used(Annotation current) {
    boolean taken =
        store
            .taken(handle)
            .filter(at -> !at.isBefore(Instant.ofEpochMilli(current.submitted())))
            .isPresent();
    return taken
        || some("label_item WHERE gold = ?", current.id())
        || prompts(current).stream().anyMatch(this::asked);
  }

  private List<String> prompts(Annotation current) {
    return records(current).stream()
        .filter(record -> record instanceof Prompt)
        .map(Feedback::id)
        .toList();
  }

  private boolean asked(String prompt) {
    return some("label_item WHERE prompt = ?", prompt)
        || some("label_round_prompt WHERE prompt = ?", prompt)
        || some("label_quiz_prompt WHERE prompt = ?", prompt);
  }

  private boolean some(String where, String id) {
    return handle
        .createQuery("SELECT 1 FROM " + where + " LIMIT 1")
        .bind(0, id)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private List<Feedback> records(Annotation version) {
    var task = LabelingTask.find(handle, version.item()).orElseThrow();
    return feedback(version.id(), version).records(task, version.work());
  }

  private FeedbackRecords feedback(String name, Annotation version) {
    return new FeedbackRecords(name, labeler, Instant.ofEpochMilli(version.submitted()));
  }

  /// Stores the correction, or finds the receipt of an earlier try.
  ///
  /// @param tell called once with the task if the version is new
  Receipt take(Submission submission, ZoneId day, Consumer<LabelingTask> tell) {
    var annotations = new Annotations(handle);
    var earlier = annotations.named(submission.id());
    if (earlier.isPresent()) {
      return earlier.get().again(labeler, submission);
    }
    PlausibleTimes.check(submission);
    var held = new Leases(handle, now).required(labeler, submission.item());
    var current =
        annotations
            .of(labeler, submission.item())
            .orElseThrow(() ->
                new Rejected(
                    Why.NOT_HANDED_IN,
                    "expected an item that is handed in, found one that is not: "
                        + submission.item()));
    obstacle(current, day)
        .ifPresent(why -> {
          throw new Rejected(why, "what was handed in stays as it is: " + why);
        });
    LabelingTask task = LabelingTask.find(handle, submission.item()).orElseThrow();
    WorkChecks.check(task, submission.work());
    var possible = new PlausibleTimes(held.handed(), now.toEpochMilli());
    var version =
        new Annotation(
            submission.id(),
            labeler,
            task.id(),
            current.outcome(),
            submission.work(),
            possible.started(submission),
            possible.active(submission),
            now.toEpochMilli());
    if (current.outcome() == Outcome.COUNTED && held.slot().isPresent()) {
      replaceRecords(task, current, version);
    }
    annotations.replace(current, version, task, held);
    if (submission.work() instanceof LabelerWork.Tagged) {
      new PromptTags(handle).settleAgain(task, current);
    }
    if (held.drafted()) {
      new Drafts(handle, now).drop(labeler, task.id());
    }
    tell.accept(task);
    return version.receipt(submission);
  }

  /// Replaces the feedback records, which keep the id of the first version.
  private void replaceRecords(LabelingTask task, Annotation current, Annotation version) {
    store.replace(
        handle, records(current), feedback(current.id(), version).records(task, version.work()));
  }
}
