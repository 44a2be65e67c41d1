package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/// Reads and writes records as rows on a given connection.
final class RecordRows {
  private static final int BATCH_SIZE = 100;

  private final Handle handle;

  /// Parents that were found in the store.
  private final Set<Parents> known = new HashSet<>();

  /// The ids of a record's prompt and labeler.
  private record Parents(String prompt, String labeler) {}

  RecordRows(Handle handle) {
    this.handle = handle;
  }

  /// Adds a record whose prompt and labeler are stored, unless its id exists; returns whether it
  /// was new.
  boolean addIfAbsent(Feedback record) {
    return insert(RecordTable.of(record), record);
  }

  /// Changes the source of a prompt that was imported without consent to customer, so that a
  /// withdrawal of consent covers it; returns whether it was such a prompt.
  boolean becomeCustomers(String prompt) {
    try (Update update =
        handle.createUpdate(
            "UPDATE prompt SET source = :customer WHERE id = :id AND source = :imported")) {
      return update
              .bind("customer", EnumWords.of(Prompt.Source.CUSTOMER))
              .bind("id", prompt)
              .bind("imported", EnumWords.of(Prompt.Source.IMPORTED))
              .execute()
          == 1;
    }
  }

  /// Adds records in their order unless they are already stored, and returns how many were new. A
  /// stored record is the same if all but the time is equal, because a submission whose answer was
  /// lost is repeated later; the first time is kept.
  ///
  /// Consecutive records of one type are sent to a server in one round trip.
  int add(List<? extends Feedback> records) {
    int added = 0;
    for (int from = 0, to; from < records.size(); from = to) {
      RecordTable<?> table = RecordTable.of(records.get(from));
      to = from + 1;
      while (to < Math.min(records.size(), from + BATCH_SIZE)
          && RecordTable.of(records.get(to)).equals(table)) {
        to++;
      }
      added += add(table, records.subList(from, to));
    }
    return added;
  }

  void remove(Feedback record) {
    handle.execute("DELETE FROM " + RecordTable.of(record).name() + " WHERE id = ?", record.id());
  }

  private int add(RecordTable<?> table, List<? extends Feedback> alike) {
    alike.forEach(this::requireParents);
    if (alike.size() == 1) {
      return addIfAbsent(alike.getFirst()) ? 1 : same(alike.getFirst());
    }
    try (PreparedBatch batch = handle.prepareBatch(table.insertion())) {
      alike.forEach(record -> batch.add(values(table, record).toArray()));
      int[] rows = batch.execute();
      return IntStream.range(0, rows.length).map(i -> rows[i] == 1 ? 1 : same(alike.get(i))).sum();
    }
  }

  /// Checks that the stored record of this id is the same; returns 0, the number of new records.
  private int same(Feedback record) {
    Feedback stored = find(RecordTable.of(record), record.id()).orElseThrow();
    List<String> other = differences(RecordJson.write(stored), RecordJson.write(record));
    if (!other.isEmpty()) {
      throw new BadField(
          "id",
          "a new " + RecordJson.type(record) + ", or the one that is stored under " + record.id(),
          "another " + String.join(", ", other));
    }
    return 0;
  }

  <T extends Feedback> Optional<T> find(RecordTable<T> table, String id) {
    String sql = "SELECT " + table.selection("t") + " FROM " + table.name() + " t WHERE t.id = :id";
    return handle
        .createQuery(sql)
        .bind("id", id)
        .map((row, _) -> table.reader().read(row, "t_"))
        .findOne();
  }

  /// The labelers or prompts that pass the filter, in the order of arrival.
  <T extends Feedback> Query select(RecordTable<T> table, Filter filter) {
    List<String> conditions = new ArrayList<>();
    filter.split().ifPresent(_ -> conditions.add("t.split = :split"));
    filter.source().ifPresent(_ -> conditions.add("t.source = :source"));
    String sql = "SELECT " + table.selection("t") + " FROM " + table.name() + " t";
    return query(sql + where(conditions) + " ORDER BY t.seq", filter);
  }

  /// The feedback that passes the filter, with its prompts, in the order of arrival.
  <T extends Feedback> Query selectGiven(RecordTable<T> table, Filter filter) {
    return selectGiven(table, filter, "t.seq");
  }

  /// The feedback that passes the filter, with its prompts, in the order in which the prompts
  /// arrived.
  <T extends Feedback> Query selectByPrompt(RecordTable<T> table, Filter filter) {
    return selectGiven(table, filter, "p.seq, t.seq");
  }

  private <T extends Feedback> Query selectGiven(
      RecordTable<T> table, Filter filter, String order) {
    String sql = "SELECT " + table.selection("t") + ", " + RecordTable.PROMPT.selection("p");
    return query(sql + given(table, filter) + " ORDER BY " + order, filter);
  }

  /// The feedback on one prompt, in the order of arrival.
  <T extends Feedback> List<T> about(RecordTable<T> table, String promptId) {
    String sql =
        "SELECT "
            + table.selection("t")
            + " FROM "
            + table.name()
            + " t WHERE t.prompt_id = :id ORDER BY t.seq";
    return handle
        .createQuery(sql)
        .bind("id", promptId)
        .map((row, _) -> table.reader().read(row, "t_"))
        .list();
  }

  <T extends Feedback> long count(RecordTable<T> table, Filter filter) {
    boolean given = table.columns().contains("labeler_id");
    String from = given ? given(table, filter) : " FROM " + table.name() + " t";
    return query("SELECT count(*)" + from, filter).mapTo(Long.class).one();
  }

  private static String given(RecordTable<?> table, Filter filter) {
    List<String> conditions = new ArrayList<>();
    filter.split().ifPresent(_ -> conditions.add("p.split = :split"));
    filter.source().ifPresent(_ -> conditions.add("p.source = :source"));
    filter.pool().ifPresent(_ -> conditions.add("l.pool = :pool"));
    filter.labeler().ifPresent(_ -> conditions.add("t.labeler_id = :labeler"));
    return " FROM "
        + table.name()
        + " t JOIN prompt p ON p.id = t.prompt_id JOIN labeler l ON l.id = t.labeler_id"
        + where(conditions);
  }

  private static String where(List<String> conditions) {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  private Query query(String sql, Filter filter) {
    Query query = handle.createQuery(sql);
    filter.split().ifPresent(split -> query.bind("split", EnumWords.of(split)));
    filter.source().ifPresent(source -> query.bind("source", EnumWords.of(source)));
    filter.pool().ifPresent(pool -> query.bind("pool", EnumWords.of(pool)));
    filter.labeler().ifPresent(labeler -> query.bind("labeler", labeler));
    return query;
  }

  private <T extends Feedback> boolean insert(RecordTable<T> table, Feedback record) {
    List<@Nullable Object> values = values(table, record);
    try (Update update = handle.createUpdate(table.insertion())) {
      for (int i = 0; i < values.size(); i++) {
        update.bind(i, values.get(i));
      }
      return update.execute() == 1;
    }
  }

  @SuppressWarnings("unchecked") // Table.of gave the table of this very record.
  private static <T extends Feedback> List<@Nullable Object> values(
      RecordTable<T> table, Feedback record) {
    return table.values().apply((T) record);
  }

  /// Checks that prompt and labeler are stored. The database would refuse the row too, but could
  /// not say which one is missing.
  private void requireParents(Feedback record) {
    switch (record) {
      case Labeler _, Prompt _ -> {}
      case Demonstration given -> requireParents(given.promptId(), given.labeler());
      case Ranking given -> requireParents(given.promptId(), given.labeler());
      case Rating given -> requireParents(given.promptId(), given.labeler());
    }
  }

  private void requireParents(String prompt, String labeler) {
    Parents parents = new Parents(prompt, labeler);
    if (known.contains(parents)) {
      return;
    }
    handle
        .createQuery(
            """
            SELECT EXISTS (SELECT 1 FROM prompt WHERE id = :prompt) AS prompt,
              EXISTS (SELECT 1 FROM labeler WHERE id = :labeler) AS labeler\
            """)
        .bind("prompt", prompt)
        .bind("labeler", labeler)
        .map((row, _) -> {
          require(row.getBoolean("prompt"), RecordTable.PROMPT, "prompt_id", prompt);
          require(row.getBoolean("labeler"), RecordTable.LABELER, "labeler", labeler);
          return true;
        })
        .one();
    known.add(parents);
  }

  private static void require(boolean there, RecordTable<?> parent, String field, String id) {
    if (!there) {
      throw new BadField(
          field,
          "a " + parent.name() + " that is stored already or comes earlier",
          RecordChecks.quoted(id));
    }
  }

  private static List<String> differences(ObjectNode stored, ObjectNode given) {
    TreeSet<String> names = new TreeSet<>();
    stored.fieldNames().forEachRemaining(names::add);
    given.fieldNames().forEachRemaining(names::add);
    names.remove("created");
    return names.stream().filter(name -> !same(stored.path(name), given.path(name))).toList();
  }

  /// PostgreSQL stores U+FFFD instead of U+0000.
  private static boolean same(JsonNode stored, JsonNode given) {
    return stored.equals(given) || plain(stored).equals(plain(given));
  }

  private static String plain(JsonNode node) {
    return node.toString().replace("\\u0000", "\uFFFD");
  }
}
