package org.instructgpt.label;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.instructgpt.label.LabelerWork.Compared;
import org.instructgpt.label.Submission.Outcome;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The tables of annotations: the newest version of each, and all versions of corrected ones.
final class Annotations {
  private static final String SELECT =
      """
      SELECT id, labeler, item, outcome, work, started, active_millis, submitted
      FROM label_annotation\
      """;

  private static final String VERSIONS =
      """
      SELECT v.id, a.labeler, a.item, a.outcome, v.work, v.started, v.active_millis, v.submitted
      FROM label_version v JOIN label_annotation a ON a.id = v.annotation\
      """;

  private final Handle handle;

  Annotations(Handle handle) {
    this.handle = handle;
  }

  private static Annotation read(ResultSet row) throws SQLException {
    return new Annotation(
        row.getString("id"),
        row.getString("labeler"),
        row.getString("item"),
        StoredJson.constant(Outcome.class, row.getString("outcome")),
        StoredJson.work(row.getString("work")),
        row.getLong("started"),
        row.getLong("active_millis"),
        row.getLong("submitted"));
  }

  /// The newest version of a labeler's work on a task, with the id of the first one.
  Optional<Annotation> of(String labeler, String item) {
    return handle
        .createQuery(SELECT + " WHERE item = ? AND labeler = ?")
        .bind(0, item)
        .bind(1, labeler)
        .map((row, _) -> read(row))
        .findOne();
  }

  /// The submission with this id: a version of corrected work, or work that was never corrected.
  Optional<Annotation> named(String id) {
    return one(VERSIONS + " WHERE v.id = ?", id).or(() -> one(SELECT + " WHERE id = ?", id));
  }

  private Optional<Annotation> one(String sql, String id) {
    return handle.createQuery(sql).bind(0, id).map((row, _) -> read(row)).findOne();
  }

  /// All versions of corrected work, the oldest first; empty if it was never corrected.
  List<Annotation> versions(String annotation) {
    return handle
        .createQuery(VERSIONS + " WHERE a.id = ? AND v.kind <> 'beside' ORDER BY v.submitted, v.id")
        .bind(0, annotation)
        .map((row, _) -> read(row))
        .list();
  }

  void insert(Annotation annotation, LabelingTask task, Leases.Held held) {
    GoldAnswer.Agreed gold = held.slot().isEmpty() ? gold(task, annotation) : null;
    handle
        .createUpdate(
            """
            INSERT INTO label_annotation (id, item, labeler, outcome, work, shown, instructions,
              handed, started, active_millis, submitted, gold_agreed, gold_of)
            VALUES (:id, :item, :me, :outcome, :work, :shown, :instructions,
              :handed, :started, :active, :submitted, :agreed, :of)\
            """)
        .bind("id", annotation.id())
        .bind("item", task.id())
        .bind("me", annotation.labeler())
        .bind("outcome", StoredJson.word(annotation.outcome()))
        .bind("work", StoredJson.write(annotation.work()))
        .bind("shown", StoredJson.write(order(task, annotation)))
        .bind("instructions", task.instructions())
        .bind("handed", held.handed())
        .bind("started", annotation.started())
        .bind("active", annotation.activeMillis())
        .bind("submitted", annotation.submitted())
        .bind("agreed", gold == null ? null : gold.agreed())
        .bind("of", gold == null ? null : gold.of())
        .execute();
  }

  /// Makes a version the newest one; the earlier ones stay in the table of versions.
  void replace(Annotation current, Annotation version, LabelingTask task, Leases.Held held) {
    if (versions(current.id()).isEmpty()) {
      keep(current.id(), "first", current);
    }
    keep(current.id(), "correction", version);
    GoldAnswer.Agreed gold = held.slot().isEmpty() ? gold(task, version) : null;
    handle
        .createUpdate(
            """
            UPDATE label_annotation SET work = :work, active_millis = :active,
              submitted = :submitted, gold_agreed = :agreed, gold_of = :of WHERE id = :id\
            """)
        .bind("work", StoredJson.write(version.work()))
        .bind("active", version.activeMillis())
        .bind("submitted", version.submitted())
        .bind("agreed", gold == null ? null : gold.agreed())
        .bind("of", gold == null ? null : gold.of())
        .bind("id", current.id())
        .execute();
  }

  private void keep(String annotation, String kind, Annotation version) {
    handle.execute(
        """
        INSERT INTO label_version
          (id, annotation, kind, work, started, active_millis, submitted)
        VALUES (?, ?, ?, ?, ?, ?, ?)\
        """,
        version.id(),
        annotation,
        kind,
        StoredJson.write(version.work()),
        version.started(),
        version.activeMillis(),
        version.submitted());
  }

  private static List<Integer> order(LabelingTask task, Annotation annotation) {
    return SeededOrder.order(task.id(), annotation.labeler(), task.outputs().size());
  }

  private GoldAnswer.@Nullable Agreed gold(LabelingTask task, Annotation annotation) {
    return task.gold()
        .flatMap(id -> GoldAnswer.find(handle, id))
        .map(gold -> gold.compare(order(task, annotation), ((Compared) annotation.work()).ranks()))
        .orElse(null);
  }
}
