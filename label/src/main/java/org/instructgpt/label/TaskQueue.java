package org.instructgpt.label;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.instructgpt.records.AuditLog;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Store;
import org.instructgpt.records.Store.Erasable;
import org.jdbi.v3.core.Handle;

/// Where labelers get their tasks and hand in their work, so that no work is lost and none counts
/// twice.
///
/// **Slots, not locks.** An item that needs R annotations has R slots. Handing it out leases a slot
/// until a time, and the page extends the lease while it is open; when the time is over, the slot
/// may go to somebody else. A lease that ended is no reason to refuse work: if the slot is still
/// there it counts, and if somebody else filled it meanwhile the work is kept as surplus.
///
/// **Once.** A labeler is handed an item once and hands it in once; until it is handed in, skipped
/// or gone, [#next] gives the same one again with its draft. A submission bears a name that the
/// client made, and handed in again under that name it gets the receipt of the first time; until it
/// is used or the day ends, [#correct] puts other work in its place.
public final class TaskQueue implements Erasable {
  /// How long an item is a labeler's without a sign of life.
  public static final Duration LEASE = Duration.ofMinutes(20);

  private static final int LONGEST_DRAFT = 400_000;

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

  /// Over the store, whose tables are made where they are missing.
  public static TaskQueue open(
      Store store, AuditLog audit, InstantSource clock, RandomGenerator random) throws IOException {
    store.extend("label", TaskQueue.class);
    return new TaskQueue(store, audit, clock, random);
  }

  /// What is asked of the labeler.
  public enum Kind {
    /// Write any prompt.
    PLAIN,
    /// Write an instruction with pairs of query and response.
    FEW_SHOT,
    /// Write a prompt for a use case.
    USER_BASED,
    /// Answer a prompt.
    DEMONSTRATE,
    /// Rate and rank the outputs of a prompt.
    COMPARE,
    /// Say what kind of prompt it is.
    TAG
  }

  /// Whether helpfulness comes first, or truthfulness and harmlessness (paper section 3.4).
  public enum Mode {
    TRAINING,
    EVALUATION
  }

  /// Tasks that are asked for together.
  ///
  /// @param overlap how many labelers shall do each, R
  /// @param pool who alone may do them; else everybody, but the held-out pool never gets what is
  ///   for training
  /// @param priority lower ones are handed out first
  /// @param instructions which version of the instructions holds
  public record Batch(
      String name,
      Kind kind,
      Mode mode,
      int overlap,
      Optional<Labeler.Pool> pool,
      int priority,
      String instructions) {}

  /// One task.
  ///
  /// @param prompt id of the prompt; absent where one is to be written
  /// @param outputs what is to be compared, else empty
  /// @param note the use case of [Kind#USER_BASED]; else a hint to the labeler, or empty
  public record Item(Optional<String> prompt, List<Output> outputs, String note) {
    public Item {
      outputs = List.copyOf(outputs);
    }
  }

  /// An item in a labeler's hands. Which models wrote the outputs is not told.
  ///
  /// @param prompt its text; empty where one is to be written
  /// @param outputs their texts in an order that depends on the item and the labeler alone
  /// @param token to be given back with [#renew], [#draft] and [#submit]
  /// @param until when the item may go to somebody else
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
    public Lease {
      outputs = List.copyOf(outputs);
    }
  }

  /// Work that is not handed in yet.
  ///
  /// @param version counts up with each change that the page makes
  /// @param json whatever the page needs to go on
  public record Draft(long version, String json, Instant saved) {}

  /// Work that is handed in.
  ///
  /// @param id a UUID that the client made; the same one for every try
  /// @param token of the lease
  /// @param started when the labeler first saw the item
  /// @param activeMillis how long the page was looked at
  public record Submission(
      String id, String item, String token, LabelerWork work, Instant started, long activeMillis) {
    private Submission named() {
      return new Submission(Submissions.id(id), item, token, work, started, activeMillis);
    }
  }

  /// What became of a submission.
  ///
  /// @param bounds what was sent and cannot be, and what is kept in its place
  public record Receipt(String submission, Outcome outcome, Instant at, List<Bound> bounds) {
    public Receipt {
      bounds = List.copyOf(bounds);
    }
  }

  /// A number or a time of a client that cannot be, such as a start after the end, and the nearest
  /// one that can, which is kept.
  public record Bound(String field, String given, String kept) {}

  public enum Outcome {
    /// It fills a slot.
    COUNTED,
    /// It is kept, but others had filled the slots.
    SURPLUS
  }

  /// Why a labeler gives an item back.
  public enum Reason {
    UNCLEAR,
    SENSITIVE,
    PERSONAL_DATA,
    LANGUAGE,
    NOT_RANKABLE,
    OTHER
  }

  /// What a labeler handed in.
  public record Done(
      String item, Kind kind, String batch, Instant at, long activeMillis, Outcome outcome) {}

  /// Something that is wrong with work.
  ///
  /// @param field such as `outputs[2].quality`
  /// @param expected a key of the messages, such as `label.problem.quality`
  /// @param found what was found, as text
  public record Problem(String field, String expected, String found) {}

  /// The desk does not take it.
  public static final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// Why not.
    public enum Why {
      /// There is no such item, or it was never handed to this labeler.
      NOT_YOURS,
      /// The lease is over and the item went to somebody else.
      LEASE_LOST,
      /// A newer draft is stored.
      OLDER_DRAFT,
      /// The item is handed in or skipped already.
      FINISHED,
      /// The name of this submission was used for other work.
      OTHER_WORK,
      /// The work does not fit the task, see [Rejected#problems].
      BAD_WORK,
      /// This labeler has handed in the item already, under another name.
      HANDED_IN,
      /// There is nothing to correct.
      NOT_HANDED_IN,
      /// What is to be corrected is used already.
      USED,
      /// What is to be corrected was handed in on another day.
      DAY_OVER,
      /// The item was deleted with its prompt while the labeler had it.
      GONE
    }

    private final Why why;
    private final transient List<Problem> problems;

    Rejected(Why why, String message, List<Problem> problems) {
      super(message);
      this.why = why;
      this.problems = List.copyOf(problems);
    }

    public Why why() {
      return why;
    }

    public List<Problem> problems() {
      return problems;
    }
  }

  /// Opens a batch; the id under which it is known.
  ///
  /// @param by id of the researcher's account
  /// @throws IllegalArgumentException with all that does not fit in the batch or its items
  public String open(Batch batch, List<Item> items, String by) {
    Batches.check(batch, items);
    return write(handle -> open(handle, batch, items, by));
  }

  /// The same inside a write under way.
  String open(Handle handle, Batch batch, List<Item> items, String by) {
    Batches.check(batch, items);
    String id = new Batches(handle, clock.instant()).open(batch, items, random);
    audit.append(handle, by, "opened-batch", id);
    return id;
  }

  Instant now() {
    return clock.instant();
  }

  /// Hands out nothing more of a batch; what is out may still come in.
  public void close(String batch, String by) {
    write(handle -> {
      new Batches(handle, clock.instant()).close(batch);
      audit.append(handle, by, "closed-batch", batch);
      return true;
    });
  }

  /// Makes the items that researchers did in a batch the yardstick: with the answer of the first of
  /// them, they serve the [Screening] and are mixed unseen into the work of everybody.
  ///
  /// @return how many items of the batch are gold now
  public int makeGold(String batch, String by) {
    return write(handle -> {
      int items = new Batches(handle, clock.instant()).makeGold(batch);
      audit.append(handle, by, "made-gold", batch);
      return items;
    });
  }

  /// The item in the labeler's hands, or the next one; empty when there is nothing for this
  /// labeler.
  public Optional<Lease> next(String labeler) {
    return write(handle -> slots(handle).next(labeler, random));
  }

  /// How many items of each kind could be handed to the labeler now, gold apart.
  public Map<Kind, Integer> waiting(String labeler) {
    return store.read(handle -> slots(handle).waiting(labeler));
  }

  /// Extends a lease; until when.
  ///
  /// @throws Rejected if it went to somebody else, or the item is finished
  public Instant renew(String labeler, String item, String token) {
    return write(handle -> slots(handle).renew(labeler, item, token));
  }

  /// Keeps a draft and extends the lease; the version that is stored now. A draft is kept even when
  /// the lease is lost.
  ///
  /// @throws Rejected if the version is not newer than the one that is stored
  public Draft draft(String labeler, String item, long version, String json) {
    WorkChecks.draft(version, json, LONGEST_DRAFT);
    return write(handle -> {
      Leases slots = slots(handle);
      Leases.Held held = slots.required(labeler, item);
      if (!held.state().equals("out")) {
        throw new Rejected(
            Rejected.Why.FINISHED, "the item is handed in or skipped: " + item, List.of());
      }
      slots.resume(labeler, held);
      return new Drafts(handle, clock.instant()).keep(labeler, item, version, json);
    });
  }

  /// Takes work in: annotation, slot, records and a line of the audit in one transaction, which
  /// also deletes the draft. The same submission again gets the same receipt. Times that cannot be
  /// are bounded by what the server's clock says, and told.
  ///
  /// @throws Rejected if the item was never handed to the labeler, was handed in already or is
  ///   gone, or the work does not fit
  public Receipt submit(String labeler, Submission submission) {
    Submission named = submission.named();
    return write(handle ->
            new Submissions(store, handle, clock.instant(), labeler, named)
                .take(task -> audit.append(handle, labeler, "submitted", task.id())))
        .orElseThrow(() -> DeletedTasks.rejected(named.item()));
  }

  /// Puts other work in the place of what the labeler handed in; all versions are kept. The same
  /// correction again gets the same receipt.
  ///
  /// @param day where the labeler's days end
  /// @throws Rejected if it is used already or the day is over, or the work does not fit
  public Receipt correct(String labeler, Submission submission, ZoneId day) {
    Submission named = submission.named();
    return write(handle ->
        new Correction(store, handle, clock.instant(), labeler)
            .take(named, day, task -> audit.append(handle, labeler, "corrected", task.id())));
  }

  /// Gives an item back, which goes to somebody else.
  public void skip(String labeler, String item, Reason reason, String note) {
    WorkChecks.note(note);
    write(handle -> {
      slots(handle).skip(labeler, item, reason, note);
      audit.append(handle, labeler, "skipped", item);
      return true;
    });
  }

  /// How it stands with an item that was handed to the labeler.
  public Optional<TaskState> mine(String labeler, String item, ZoneId day) {
    return store.read(handle -> TaskState.of(store, handle, clock.instant(), labeler, item, day));
  }

  /// What a labeler handed in, newest first.
  public List<Done> history(String labeler, int limit) {
    return store.read(handle -> LabelerHistory.of(handle, labeler, limit));
  }

  @Override
  public int erase(Handle handle, Set<String> people, Set<String> prompts) {
    return new LabelerErasure(handle).erase(people, prompts);
  }

  /// Hands out no more tasks about prompts whose authors have taken their consent back; how many
  /// that ends. What was handed in stays.
  public int withdraw(Handle handle, Set<String> prompts) {
    return new PromptWithdrawal(handle, now()).of(prompts);
  }

  private Leases slots(Handle handle) {
    return new Leases(handle, clock.instant());
  }

  private <T> T write(Function<Handle, T> work) {
    return AwaitedWrite.done(store.write(work));
  }
}
