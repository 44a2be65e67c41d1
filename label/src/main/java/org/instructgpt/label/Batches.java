package org.instructgpt.label;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.EmptyHandling;

/// Opens and closes batches, and makes their tasks gold.
final class Batches {
  /// An upper bound against typing errors.
  private static final int MOST_OVERLAP = 100;

  private static final int LONGEST_NOTE = 2000;

  private final Handle handle;
  private final Instant now;

  Batches(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /// Throws an exception that names every fault of a batch.
  static void check(TaskBatch batch, List<Item> items) {
    var wrong = new ArrayList<String>();
    if (batch.name().isBlank() || batch.name().length() > 200) {
      wrong.add("expected a name of 1 to 200 characters, found '" + batch.name() + "'");
    }
    if (batch.overlap() < 1 || batch.overlap() > MOST_OVERLAP) {
      wrong.add("expected an overlap of 1 to " + MOST_OVERLAP + ", found " + batch.overlap());
    }
    if (batch.instructions().isBlank()) {
      wrong.add("expected a version of the instructions, found none");
    }
    boolean heldOut = batch.pool().filter(p -> p == Labeler.Pool.HELD_OUT).isPresent();
    if (heldOut && batch.mode() == Mode.TRAINING) {
      wrong.add("expected evaluation for the held-out pool, which trains nothing, found training");
    }
    if (items.isEmpty()) {
      wrong.add("expected at least one item, found none");
    }
    for (int i = 0; i < items.size(); i++) {
      check(batch.kind(), items.get(i), "item " + (i + 1) + ": ", wrong);
    }
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", wrong));
    }
  }

  private static void check(Kind kind, Item item, String where, List<String> wrong) {
    boolean writes = kind == Kind.PLAIN || kind == Kind.FEW_SHOT || kind == Kind.USER_BASED;
    if (writes == item.prompt().isPresent()) {
      wrong.add(where + "expected " + (writes ? "no prompt" : "a prompt") + " for " + kind);
    }
    int k = item.outputs().size();
    if (kind == Kind.COMPARE ? k < Ranking.LEAST || k > Ranking.MOST : k > 0) {
      wrong.add(
          where
              + (kind == Kind.COMPARE
                  ? "expected " + Ranking.LEAST + " to " + Ranking.MOST + " outputs"
                  : "expected no outputs for " + kind)
              + ", found "
              + k);
    }
    if (kind == Kind.USER_BASED && item.note().isBlank()) {
      wrong.add(where + "expected a use case, found none");
    }
    if (item.note().length() > LONGEST_NOTE) {
      wrong.add(where + "expected a note of at most " + LONGEST_NOTE + " characters");
    }
  }

  String open(TaskBatch batch, List<Item> items, RandomGenerator random) {
    String id = Ids.fresh(now, random);
    handle
        .createUpdate(
            """
            INSERT INTO label_batch
              (id, name, kind, mode, overlap, pool, priority, instructions, opened)
            VALUES (:id, :name, :kind, :mode, :overlap, :pool, :priority, :instructions, :opened)\
            """)
        .bind("id", id)
        .bind("name", batch.name())
        .bind("kind", StoredJson.word(batch.kind()))
        .bind("mode", StoredJson.word(batch.mode()))
        .bind("overlap", batch.overlap())
        .bind("pool", batch.pool().map(StoredJson::word).orElse(null))
        .bind("priority", batch.priority())
        .bind("instructions", batch.instructions())
        .bind("opened", now.toEpochMilli())
        .execute();
    insert(id, batch, items, random);
    return id;
  }

  private void insert(String id, TaskBatch batch, List<Item> items, RandomGenerator random) {
    var authors = authors(items);
    try (var rows =
            handle.prepareBatch(
                """
                INSERT INTO label_item (id, batch, prompt, outputs, note, place)
                VALUES (:id, :batch, :prompt, :outputs, :note, :place)\
                """);
        var slots =
            handle.prepareBatch(
                """
                INSERT INTO label_slot (id, item, audience, author, priority, place)
                VALUES (:id, :item, :audience, :author, :priority, :place)\
                """)) {
      for (Item item : items) {
        String name = Ids.fresh(now, random);
        String prompt = item.prompt().orElse(null);
        double place = random.nextDouble();
        rows.bind("id", name)
            .bind("batch", id)
            .bind("prompt", prompt)
            .bind("outputs", StoredJson.write(item.outputs()))
            .bind("note", item.note())
            .bind("place", place)
            .add();
        for (int slot = 0; slot < batch.overlap(); slot++) {
          slots
              .bind("id", name + "/" + slot)
              .bind("item", name)
              .bind("audience", BatchAudience.of(batch).word())
              .bind("author", prompt == null ? null : authors.get(prompt))
              .bind("priority", batch.priority())
              .bind("place", place)
              .add();
        }
      }
      rows.execute();
      slots.execute();
    }
  }

  /// The users who wrote the prompts of the items, by the ids of the prompts.
  private Map<String, String> authors(List<Item> items) {
    var prompts = items.stream().flatMap(item -> item.prompt().stream()).toList();
    var authors = new HashMap<String, String>();
    for (Prompt prompt : new FeedbackTables(handle).prompts(prompts)) {
      prompt.user().ifPresent(user -> authors.put(prompt.id(), user));
    }
    return authors;
  }

  /// Withdraws the open slots; a slot that a labeler holds stays until its lease ends.
  void close(String batch) {
    if (handle.execute("UPDATE label_batch SET closed = 1 WHERE id = ?", batch) == 0) {
      throw unknown(batch);
    }
    handle
        .createUpdate(
            """
            UPDATE label_slot
            SET state = CASE WHEN free_at > :now THEN 'last' ELSE 'withdrawn' END
            WHERE state = 'open' AND item IN (SELECT id FROM label_item WHERE batch = :batch)\
            """)
        .bind("now", now.toEpochMilli())
        .bind("batch", batch)
        .execute();
  }

  int makeGold(String batch) {
    var kind =
        handle
            .createQuery("SELECT kind FROM label_batch WHERE id = ?")
            .bind(0, batch)
            .mapTo(String.class)
            .findOne();
    if (!kind.equals(Optional.of(StoredJson.word(Kind.COMPARE)))) {
      throw kind.isEmpty()
          ? unknown(batch)
          : new IllegalArgumentException(
              "expected a batch of comparisons to make gold of, found " + kind.get());
    }
    var researchers = new FeedbackTables(handle).labelers(Labeler.Pool.RESEARCHER);
    return handle
        .createUpdate(
            """
            UPDATE label_item SET gold =
              (SELECT a.id FROM label_annotation a
               WHERE a.item = label_item.id AND a.outcome = 'counted'
                 AND a.labeler IN (<researchers>)
               ORDER BY a.submitted, a.id LIMIT 1)
            WHERE batch = :batch AND gold IS NULL AND EXISTS
              (SELECT 1 FROM label_annotation a
               WHERE a.item = label_item.id AND a.outcome = 'counted'
                 AND a.labeler IN (<researchers>))\
            """)
        .bindList(EmptyHandling.NULL_KEYWORD, "researchers", List.copyOf(researchers))
        .bind("batch", batch)
        .execute();
  }

  private static IllegalArgumentException unknown(String batch) {
    return new IllegalArgumentException("expected a batch, found none of the name '" + batch + "'");
  }
}
