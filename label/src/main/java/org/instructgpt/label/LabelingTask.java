package org.instructgpt.label;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.FeedbackTables;
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

  static Optional<LabelingTask> find(Handle handle, String id) {
    return handle
        .createQuery(
            """
            SELECT i.id, b.kind, b.mode, b.instructions, i.prompt, i.outputs, i.note, i.gold
            FROM label_item i JOIN label_batch b ON b.id = i.batch WHERE i.id = :id\
            """)
        .bind("id", id)
        .map((row, _) -> read(row))
        .findOne()
        .map(task -> {
          var prompt = task.prompt().flatMap(new FeedbackTables(handle)::prompt);
          return prompt.map(asked -> task.withText(asked.text())).orElse(task);
        });
  }

  /// The task of a row, with an empty text.
  static LabelingTask read(ResultSet row) throws SQLException {
    return new LabelingTask(
        row.getString("id"),
        StoredJson.constant(Kind.class, row.getString("kind")),
        StoredJson.constant(Mode.class, row.getString("mode")),
        Optional.ofNullable(row.getString("prompt")),
        "",
        StoredJson.outputs(row.getString("outputs")),
        row.getString("note"),
        row.getString("instructions"),
        Optional.ofNullable(row.getString("gold")));
  }

  LabelingTask withText(String promptText) {
    return new LabelingTask(id, kind, mode, prompt, promptText, outputs, note, instructions, gold);
  }

  /// The outputs in the order in which one labeler sees them.
  List<Output> shown(String labeler) {
    return SeededOrder.order(id, labeler, outputs.size()).stream().map(outputs::get).toList();
  }
}
