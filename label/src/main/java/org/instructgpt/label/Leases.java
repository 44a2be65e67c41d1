package org.instructgpt.label;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.instructgpt.label.Lease.Draft;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.jdbi.v3.core.Handle;

/// Task leases. Runs inside the single writer's transaction: the store runs one write at a time, so
/// what a query finds is still true when the next statement changes it.
final class Leases {
  /// The share of tasks that are gold, as long as gold is left (`docs/specification.md` 3.4). They
  /// come at random, so that nobody can predict the next.
  static final double GOLD = 0.075;

  private final Handle handle;
  private final Instant now;

  Leases(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /// A stored lease.
  ///
  /// @param slot empty for a gold task
  /// @param drafted whether a draft is stored
  record Held(
      String item,
      Optional<String> slot,
      String token,
      String state,
      long handed,
      long ends,
      boolean drafted) {

    private static final String SELECT =
        """
        SELECT l.item, l.slot, l.token, l.state, l.handed, l.ends,
          EXISTS (SELECT 1 FROM label_draft d WHERE d.item = l.item AND d.labeler = l.labeler)
            AS drafted
        FROM label_lease l
        """;

    private static Held read(ResultSet row) throws SQLException {
      return new Held(
          row.getString("item"),
          Optional.ofNullable(row.getString("slot")),
          row.getString("token"),
          row.getString("state"),
          row.getLong("handed"),
          row.getLong("ends"),
          row.getBoolean("drafted"));
    }
  }

  private record Free(String slot, String item) {}

  Optional<Lease> next(String labeler, RandomGenerator random) {
    var pool = new Eligibility(handle).working(labeler);
    if (pool.isEmpty()) {
      return Optional.empty();
    }
    for (Held held : out(labeler)) {
      if (resume(labeler, held)) {
        return Optional.of(lease(labeler, held, ends(), draft(labeler, held)));
      }
    }
    var free = free(labeler, pool.get());
    if (free.isEmpty()) {
      return Optional.empty();
    }
    var gold =
        random.nextDouble() < GOLD
            ? gold(labeler, pool.get(), free.get().item(), random)
            : Optional.<Free>empty();
    Free item = gold.orElseGet(free::get);
    Held held = hand(labeler, item, gold.isPresent(), Ids.fresh(now, random));
    return Optional.of(lease(labeler, held, ends(), Optional.empty()));
  }

  private Optional<Draft> draft(String labeler, Held held) {
    return held.drafted() ? new Drafts(handle, now).find(labeler, held.item()) : Optional.empty();
  }

  /// The lease of a task as it is stored.
  Optional<Lease> find(String labeler, String item) {
    return held(labeler, item).map(held -> lease(labeler, held, held.ends(), draft(labeler, held)));
  }

  /// The first lease that is open.
  Optional<Lease> first(String labeler) {
    return out(labeler).stream()
        .findFirst()
        .map(held -> lease(labeler, held, held.ends(), draft(labeler, held)));
  }

  private List<Held> out(String labeler) {
    return handle
        .createQuery(
            Held.SELECT
                + "WHERE l.labeler = :labeler AND l.state = 'out' ORDER BY l.handed, l.item")
        .bind("labeler", labeler)
        .map((row, _) -> Held.read(row))
        .list();
  }

  Optional<Held> held(String labeler, String item) {
    return handle
        .createQuery(Held.SELECT + "WHERE l.item = :item AND l.labeler = :labeler")
        .bind("item", item)
        .bind("labeler", labeler)
        .map((row, _) -> Held.read(row))
        .findOne();
  }

  /// Renews a lease, even one that has ended, if a slot of the task is left for it.
  boolean resume(String labeler, Held held) {
    long ends = ends();
    boolean there =
        held.slot().isEmpty() || keep(labeler, held, ends) || again(labeler, held, ends);
    if (there) {
      handle
          .createUpdate("UPDATE label_lease SET ends = :ends WHERE item = :item AND labeler = :me")
          .bind("ends", ends)
          .bind("item", held.item())
          .bind("me", labeler)
          .execute();
    }
    return there;
  }

  private boolean keep(String labeler, Held held, long ends) {
    return handle
            .createUpdate(
                """
                UPDATE label_slot SET free_at = :ends
                WHERE id = :slot AND labeler = :me AND state IN ('open', 'last')\
                """)
            .bind("ends", ends)
            .bind("slot", held.slot().orElseThrow())
            .bind("me", labeler)
            .execute()
        == 1;
  }

  /// Fills a slot with finished work: the labeler's own, or a free one if that went to somebody
  /// else. Returns whether there was one.
  boolean fill(String labeler, Held held) {
    return held.slot().isEmpty()
        || done(labeler, held.item())
        || (again(labeler, held, ends()) && done(labeler, held.item()));
  }

  private boolean done(String labeler, String item) {
    return handle
            .createUpdate(
                """
                UPDATE label_slot SET state = 'done'
                WHERE item = :item AND labeler = :me AND state IN ('open', 'last')\
                """)
            .bind("item", item)
            .bind("me", labeler)
            .execute()
        == 1;
  }

  /// Takes another free slot of the task when the first went to somebody else.
  private boolean again(String labeler, Held held, long ends) {
    var slot =
        handle
            .createQuery(
                """
                UPDATE label_slot SET labeler = :me, free_at = :ends
                WHERE id = (SELECT id FROM label_slot
                  WHERE item = :item AND state = 'open' AND free_at <= :now LIMIT 1)
                RETURNING id\
                """)
            .bind("me", labeler)
            .bind("ends", ends)
            .bind("item", held.item())
            .bind("now", now.toEpochMilli())
            .mapTo(String.class)
            .findOne();
    slot.ifPresent(id ->
        handle.execute(
            "UPDATE label_lease SET slot = ? WHERE item = ? AND labeler = ?",
            id,
            held.item(),
            labeler));
    return slot.isPresent();
  }

  /// The first free slot of each audience, and the first of those.
  private Optional<Free> free(String labeler, Pool pool) {
    String all =
        BatchAudience.with(pool).stream()
            .map(Leases::first)
            .collect(Collectors.joining("\nUNION ALL\n"));
    return handle
        .createQuery("SELECT id, item FROM (" + all + ") best ORDER BY priority, place LIMIT 1")
        .bind("now", now.toEpochMilli())
        .bind("me", labeler)
        .map((row, _) -> new Free(row.getString("id"), row.getString("item")))
        .findOne();
  }

  private static String first(BatchAudience audience) {
    return """
    SELECT * FROM (SELECT s.id, s.item, s.priority, s.place FROM label_slot s
      WHERE s.state = 'open' AND s.audience = '%s' AND s.free_at <= :now
        AND (s.author IS NULL OR s.author <> :me)
        AND NOT EXISTS
          (SELECT 1 FROM label_lease l WHERE l.item = s.item AND l.labeler = :me)
      ORDER BY s.priority, s.place LIMIT 1) first_%s\
    """
        .formatted(audience.word(), audience.word());
  }

  /// A gold task that the labeler has not seen and that looks like the task it replaces: a
  /// comparison in the same mode. The choice is nearly random: the next one above a random place,
  /// or the first.
  private Optional<Free> gold(String labeler, Pool pool, String other, RandomGenerator random) {
    if (pool == Pool.RESEARCHER) {
      return Optional.empty();
    }
    return handle
        .createQuery(
            """
            SELECT i.id FROM label_item i JOIN label_batch b ON b.id = i.batch
            JOIN label_batch o ON o.mode = b.mode AND o.kind = 'compare'
              AND o.id = (SELECT batch FROM label_item WHERE id = :other)
            WHERE i.gold IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.item = i.id AND l.labeler = :me)
            ORDER BY CASE WHEN i.place >= :from THEN 0 ELSE 1 END, i.place LIMIT 1\
            """)
        .bind("other", other)
        .bind("me", labeler)
        .bind("from", random.nextDouble())
        .map((row, _) -> new Free("", row.getString("id")))
        .findOne();
  }

  private Held hand(String labeler, Free free, boolean gold, String token) {
    long ends = ends();
    if (!gold) {
      handle
          .createUpdate("UPDATE label_slot SET labeler = :me, free_at = :ends WHERE id = :slot")
          .bind("me", labeler)
          .bind("ends", ends)
          .bind("slot", free.slot())
          .execute();
    }
    handle
        .createUpdate(
            """
            INSERT INTO label_lease (item, labeler, slot, token, state, handed, ends)
            VALUES (:item, :me, :slot, :token, 'out', :now, :ends)\
            """)
        .bind("item", free.item())
        .bind("me", labeler)
        .bind("slot", gold ? null : free.slot())
        .bind("token", token)
        .bind("now", now.toEpochMilli())
        .bind("ends", ends)
        .execute();
    return new Held(
        free.item(),
        gold ? Optional.empty() : Optional.of(free.slot()),
        token,
        "out",
        now.toEpochMilli(),
        ends,
        false);
  }

  private long ends() {
    return now.plus(Lease.DURATION).toEpochMilli();
  }

  private Lease lease(String labeler, Held held, long ends, Optional<Draft> draft) {
    LabelingTask task = LabelingTask.find(handle, held.item()).orElseThrow();
    return new Lease(
        task.id(),
        task.kind(),
        task.mode(),
        task.text(),
        task.shown(labeler).stream().map(Output::text).toList(),
        task.note(),
        task.instructions(),
        held.token(),
        Instant.ofEpochMilli(ends),
        draft);
  }

  Instant renew(String labeler, String item, String token) {
    Held held = required(labeler, item);
    if (!held.state().equals("out")) {
      throw new Rejected(Why.FINISHED, "the item is handed in or skipped: " + item);
    }
    if (!held.token().equals(token) || !resume(labeler, held)) {
      throw new Rejected(Why.LEASE_LOST, "the item went to somebody else: " + item);
    }
    return now.plus(Lease.DURATION);
  }

  Held required(String labeler, String item) {
    return held(labeler, item)
        .orElseThrow(() ->
            new DeletedTasks(handle).was(labeler, item)
                ? DeletedTasks.rejected(item)
                : new Rejected(
                    Why.NOT_YOURS, "expected an item that was handed to you, found " + item));
  }

  Map<Kind, Integer> waiting(String labeler) {
    var waiting = new EnumMap<Kind, Integer>(Kind.class);
    new Eligibility(handle)
        .working(labeler)
        .ifPresent(pool ->
            handle
                .createQuery(
                    """
                    SELECT b.kind, count(DISTINCT s.item) AS items FROM label_slot s
                    JOIN label_item i ON i.id = s.item JOIN label_batch b ON b.id = i.batch
                    WHERE s.state = 'open' AND s.free_at <= :now AND s.audience IN (<audiences>)
                      AND (s.author IS NULL OR s.author <> :me)
                      AND NOT EXISTS
                        (SELECT 1 FROM label_lease l WHERE l.item = s.item AND l.labeler = :me)
                    GROUP BY b.kind\
                    """)
                .bind("now", now.toEpochMilli())
                .bind("me", labeler)
                .bindList(
                    "audiences",
                    BatchAudience.with(pool).stream().map(BatchAudience::word).toList())
                .map((row, _) ->
                    Map.entry(
                        StoredJson.constant(Kind.class, row.getString("kind")),
                        row.getInt("items")))
                .forEach(entry -> waiting.put(entry.getKey(), entry.getValue())));
    return waiting;
  }

  /// Gives the task back, so that somebody else can get it at once.
  void skip(String labeler, String item, Lease.SkipReason reason, String note) {
    Held held = required(labeler, item);
    if (held.state().equals("done")) {
      throw new Rejected(Why.FINISHED, "the item is handed in already: " + item);
    }
    handle
        .createUpdate(
            """
            UPDATE label_lease SET state = 'skipped', reason = :reason, note = :note
            WHERE item = :item AND labeler = :me\
            """)
        .bind("reason", StoredJson.word(reason))
        .bind("note", note)
        .bind("item", item)
        .bind("me", labeler)
        .execute();
    handle
        .createUpdate(
            """
            UPDATE label_slot SET free_at = 0, labeler = NULL,
              state = CASE state WHEN 'last' THEN 'withdrawn' ELSE state END
            WHERE item = :item AND labeler = :me AND state IN ('open', 'last')\
            """)
        .bind("item", item)
        .bind("me", labeler)
        .execute();
    if (held.drafted()) {
      new Drafts(handle, now).drop(labeler, item);
    }
  }
}
