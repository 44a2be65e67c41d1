package org.instructgpt.label;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.instructgpt.label.Lease.Draft;
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.Submission.Done;
import org.instructgpt.label.Submission.Receipt;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.AuditLog;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// The task queue: leases tasks to labelers and takes their work in, so that no work is lost and
/// none counts twice.
///
/// **Slots, not locks.** A task that needs R annotations has R leases. Handing it out leases a slot
/// for [Lease#DURATION], and the page renews the lease while it is open; when it has ended, the
/// slot may go to somebody else. Work is not refused because its lease has ended: if the slot is
/// still free the work counts, and if somebody else has filled it the work is kept as surplus.
///
/// **Idempotent.** A labeler is handed a task once and hands it in once; until it is handed in,
/// skipped or deleted, [#next] gives the same one again with its draft. The client gives each
/// submission an id, and a retry with that id gets the first receipt again; until the work is used
/// or the day ends, [#correct] replaces it.
public final class TaskQueue implements Erasable {
  private static final int LONGEST_DRAFT = 400_000;

  /// More tasks than anybody does in a day.
  private static final int MOST_A_DAY = 2000;

  private final Store store;
  private final AuditLog audit;
  private final InstantSource clock;
  private final RandomGenerator random;

  private TaskQueue(Store store, AuditLog audit, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
  }

  /// Opens the queue over a store and creates the tables that are missing.
  public static TaskQueue open(
      Store store, AuditLog audit, InstantSource clock, RandomGenerator random) throws IOException {
    store.extend("label", TaskQueue.class);
    return new TaskQueue(store, audit, clock, random);
  }

  /// A labeler's work on one day.
  ///
  /// @param count tasks handed in
  /// @param activeMillis time spent on them
  public record DailyTotal(int count, long activeMillis) {}

  /// Opens a batch of tasks.
  ///
  /// @param by id of the researcher's account
  /// @return the id of the batch
  /// @throws IllegalArgumentException that names every fault of the batch and its items
  public String open(TaskBatch batch, List<Item> items, String by) {
    Batches.check(batch, items);
    return write(handle -> open(handle, batch, items, by));
  }

  /// The same inside an open write transaction.
  String open(Handle handle, TaskBatch batch, List<Item> items, String by) {
    Batches.check(batch, items);
    String id = new Batches(handle, clock.instant()).open(batch, items, random);
    audit.append(handle, by, "opened-batch", id);
    return id;
  }

  Instant now() {
    return clock.instant();
  }

  /// Closes a batch: hands out no more of its tasks; leased ones may still be handed in.
  public void close(String batch, String by) {
    write(handle -> {
      new Batches(handle, clock.instant()).close(batch);
      audit.append(handle, by, "closed-batch", batch);
      return true;
    });
  }

  /// Makes those tasks of a batch gold that researchers have done: with the first researcher's
  /// answer as the reference, they are used in the [Screening] and mixed unmarked into everybody's
  /// work.
  ///
  /// @return how many tasks became gold
  public int makeGold(String batch, String by) {
    return write(handle -> {
      int items = new Batches(handle, clock.instant()).makeGold(batch);
      audit.append(handle, by, "made-gold", batch);
      return items;
    });
  }

  /// The task that the labeler holds, or leases the next one; empty when there is none for this
  /// labeler.
  public Optional<Lease> next(String labeler) {
    return write(handle -> leases(handle).next(labeler, random));
  }

  /// How many tasks of each kind could be handed to the labeler now, not counting gold.
  public Map<Kind, Integer> waiting(String labeler) {
    return store.read(handle -> leases(handle).waiting(labeler));
  }

  /// Renews a lease.
  ///
  /// @return when it ends now
  /// @throws Rejected if the task went to somebody else or is finished
  public Instant renew(String labeler, String item, String token) {
    return write(handle -> leases(handle).renew(labeler, item, token));
  }

  /// Stores a draft and renews the lease. The draft is stored even when the lease is lost.
  ///
  /// @return the draft that is stored now
  /// @throws Rejected if the version is not newer than the one that is stored
  public Draft draft(String labeler, String item, long version, String json) {
    WorkChecks.draft(version, json, LONGEST_DRAFT);
    return write(handle -> {
      Leases leases = leases(handle);
      Leases.Held held = leases.required(labeler, item);
      if (!held.state().equals("out")) {
        throw new Rejected(Rejected.Why.FINISHED, "the item is handed in or skipped: " + item);
      }
      leases.resume(labeler, held);
      return new Drafts(handle, clock.instant()).keep(labeler, item, version, json);
    });
  }

  /// Stores finished work: annotation, slot, feedback records and an entry of the audit log in one
  /// transaction, which also deletes the draft. The same submission again gets the same receipt.
  /// Impossible times are clamped by the server's clock, and the receipt says so.
  ///
  /// @throws Rejected if the task was never handed to the labeler, was handed in already or is
  ///   deleted, or the work does not fit
  public Receipt submit(String labeler, Submission submission) {
    Submission canonical = submission.canonical();
    return write(handle ->
            new Submissions(store, handle, clock.instant(), labeler, canonical)
                .take(task -> audit.append(handle, labeler, "submitted", task.id())))
        .orElseThrow(() -> DeletedTasks.rejected(canonical.item()));
  }

  /// Replaces work that the labeler handed in; all versions are kept. The same correction again
  /// gets the same receipt.
  ///
  /// @param day the time zone of the labeler's day
  /// @throws Rejected if the work is used already, the day is over, or the new work does not fit
  public Receipt correct(String labeler, Submission submission, ZoneId day) {
    Submission canonical = submission.canonical();
    return write(handle ->
        new Correction(store, handle, clock.instant(), labeler)
            .take(canonical, day, task -> audit.append(handle, labeler, "corrected", task.id())));
  }

  /// Gives a task back, so that it goes to somebody else.
  public void skip(String labeler, String item, SkipReason reason, String note) {
    WorkChecks.note(note);
    write(handle -> {
      leases(handle).skip(labeler, item, reason, note);
      audit.append(handle, labeler, "skipped", item);
      return true;
    });
  }

  /// The state of a task that was handed to the labeler.
  public Optional<TaskState> mine(String labeler, String item, ZoneId day) {
    return store.read(handle -> TaskState.of(store, handle, clock.instant(), labeler, item, day));
  }

  /// The lease of a task that was handed to the labeler, also after the work was handed in.
  public Optional<Lease> lease(String labeler, String item) {
    return store.read(handle -> leases(handle).find(labeler, item));
  }

  /// The task that the labeler holds; unlike [#next], it leases none.
  public Optional<Lease> held(String labeler) {
    return store.read(handle -> leases(handle).first(labeler));
  }

  /// What the labeler has done since midnight.
  ///
  /// @param day the time zone of the labeler's day
  public DailyTotal today(String labeler, ZoneId day) {
    Instant midnight = LocalDate.ofInstant(now(), day).atStartOfDay(day).toInstant();
    var done =
        history(labeler, MOST_A_DAY).stream().filter(d -> !d.at().isBefore(midnight)).toList();
    return new DailyTotal(done.size(), done.stream().mapToLong(Done::activeMillis).sum());
  }

  /// What a labeler handed in, newest first.
  public List<Done> history(String labeler, int limit) {
    return store.read(handle -> LabelerHistory.of(handle, labeler, limit));
  }

  @Override
  public int erase(Handle handle, Set<String> people, Set<String> prompts) {
    return new LabelerErasure(handle).erase(people, prompts);
  }

  /// Hands out no more tasks about prompts whose authors have withdrawn their consent. Work that
  /// was handed in stays.
  ///
  /// @return how many tasks are not handed out any more
  public int withdraw(Handle handle, Set<String> prompts) {
    return new PromptWithdrawal(handle, now()).of(prompts);
  }

  private Leases leases(Handle handle) {
    return new Leases(handle, clock.instant());
  }

  private <T> T write(Function<Handle, T> work) {
    return store.writeNow(work);
  }
}
