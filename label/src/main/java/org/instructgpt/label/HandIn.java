package org.instructgpt.label;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.instructgpt.label.Desk.Outcome;
import org.instructgpt.label.Desk.Receipt;
import org.instructgpt.label.Desk.Rejected;
import org.instructgpt.label.Desk.Rejected.Why;
import org.instructgpt.label.Desk.Submission;
import org.instructgpt.label.Work.Compared;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Work comes in, inside a write that nobody else's comes into.
final class HandIn {
  private final Store store;
  private final Handle handle;
  private final Instant now;
  private final String labeler;
  private final Submission submission;

  HandIn(Store store, Handle handle, Instant now, String labeler, Submission submission) {
    this.store = store;
    this.handle = handle;
    this.now = now;
    this.labeler = labeler;
    this.submission = submission;
  }

  /// A UUID in the one form in which it is compared.
  static String id(String given) {
    try {
      return UUID.fromString(given).toString();
    } catch (IllegalArgumentException bad) {
      throw new Rejected(
          Why.BAD_WORK,
          "expected a UUID as the name of the submission",
          List.of(new Desk.Problem("id", "label.problem.uuid", given)));
    }
  }

  /// @param tell called once if the work is new, with the task that it is for
  Receipt take(java.util.function.Consumer<Task> tell) {
    String work = Json.write(submission.work());
    var earlier = earlier();
    if (earlier.isPresent()) {
      return again(earlier.get(), work);
    }
    var slots = new Slots(handle, now);
    var held = slots.required(labeler, submission.item());
    Task task = Task.find(handle, submission.item()).orElseThrow();
    Checks.check(task, submission.work());
    Outcome outcome =
        held.state().equals("out") && slots.fill(labeler, held) ? Outcome.COUNTED : Outcome.SURPLUS;
    insert(task, held, outcome, work);
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
          handle, new Filing(submission.id(), labeler, now).records(task, submission.work()));
      if (submission.work() instanceof Work.Tagged) {
        new Tags(handle).settle(task);
      }
    }
    tell.accept(task);
    // As the store will tell it to whoever asks again.
    return new Receipt(submission.id(), outcome, now.truncatedTo(ChronoUnit.MILLIS));
  }

  private record Earlier(String labeler, String item, String work, Receipt receipt) {}

  private Optional<Earlier> earlier() {
    return handle
        .createQuery(
            "SELECT labeler, item, work, outcome, submitted FROM label_annotation WHERE id = ?")
        .bind(0, submission.id())
        .map((row, _) ->
            new Earlier(
                row.getString("labeler"),
                row.getString("item"),
                row.getString("work"),
                new Receipt(
                    submission.id(),
                    Json.constant(Outcome.class, row.getString("outcome")),
                    Instant.ofEpochMilli(row.getLong("submitted")))))
        .findOne();
  }

  private Receipt again(Earlier earlier, String work) {
    boolean same =
        earlier.labeler().equals(labeler)
            && earlier.item().equals(submission.item())
            && Json.work(earlier.work()).equals(Json.work(work));
    if (!same) {
      throw new Rejected(
          Why.OTHER_WORK,
          "the name of this submission was used for other work: " + submission.id(),
          List.of());
    }
    return earlier.receipt();
  }

  private void insert(Task task, Slots.Held held, Outcome outcome, String work) {
    Yardstick.Agreed gold = held.slot().isEmpty() ? gold(task) : null;
    handle
        .createUpdate(
            """
            INSERT INTO label_annotation (id, item, labeler, outcome, work, shown, instructions,
              handed, started, active_millis, submitted, gold_agreed, gold_of)
            VALUES (:id, :item, :me, :outcome, :work, :shown, :instructions,
              :handed, :started, :active, :now, :agreed, :of)\
            """)
        .bind("id", submission.id())
        .bind("item", task.id())
        .bind("me", labeler)
        .bind("outcome", Json.word(outcome))
        .bind("work", work)
        .bind("shown", Json.write(Hash.order(task.id(), labeler, task.outputs().size())))
        .bind("instructions", task.instructions())
        .bind("handed", held.handed())
        .bind("started", submission.started().toEpochMilli())
        .bind("active", Math.max(0, submission.activeMillis()))
        .bind("now", now.toEpochMilli())
        .bind("agreed", gold == null ? null : gold.agreed())
        .bind("of", gold == null ? null : gold.of())
        .execute();
  }

  private Yardstick.@Nullable Agreed gold(Task task) {
    return task.gold()
        .flatMap(id -> Yardstick.find(handle, id))
        .map(gold ->
            gold.compare(
                Hash.order(task.id(), labeler, task.outputs().size()),
                ((Compared) submission.work()).ranks()))
        .orElse(null);
  }
}
