package org.instructgpt.label;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Output;
import org.jdbi.v3.core.Handle;

/// A task with the data of its batch and its prompt.
///
/// @param prompt id of the prompt, if there is one
/// @param text of the prompt, or empty
/// @param gold the annotation with the gold answer, if the task is gold
record LabelingTask(
    String id,
    Kind kind,
    Mode mode,
    Optional<String> prompt,
    String text,
    List<Output> outputs,
    String note,
    String instructions,
    Optional<String> gold) {

  static final String SELECT =
      """
      SELECT i.id, b.kind, b.mode, b.instructions, i.prompt, p.text, i.outputs, i.note, i.gold
      FROM label_item i
      JOIN label_batch b ON b.id = i.batch
      LEFT JOIN prompt p ON p.id = i.prompt
      """;

  static Optional<LabelingTask> find(Handle handle, String id) {
    return handle
        .createQuery(SELECT + "WHERE i.id = :id")
        .bind("id", id)
        .map((row, _) -> read(row))
        .findOne();
  }

  static LabelingTask read(ResultSet row) throws SQLException {
    return new LabelingTask(
        row.getString("id"),
        StoredJson.constant(Kind.class, row.getString("kind")),
        StoredJson.constant(Mode.class, row.getString("mode")),
        Optional.ofNullable(row.getString("prompt")),
        Optional.ofNullable(row.getString("text")).orElse(""),
        StoredJson.outputs(row.getString("outputs")),
        row.getString("note"),
        row.getString("instructions"),
        Optional.ofNullable(row.getString("gold")));
  }

  /// The outputs in the order in which one labeler sees them.
  List<Output> shown(String labeler) {
    return SeededOrder.order(id, labeler, outputs.size()).stream().map(outputs::get).toList();
  }
}
