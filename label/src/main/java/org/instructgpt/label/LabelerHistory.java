package org.instructgpt.label;

import java.time.Instant;
import java.util.List;
import org.instructgpt.label.Submission.Done;
import org.instructgpt.label.Submission.Outcome;
import org.instructgpt.label.TaskBatch.Kind;
import org.jdbi.v3.core.Handle;

/// The submissions of a labeler, including those on deleted tasks. Gold tasks look like all others.
final class LabelerHistory {
  private LabelerHistory() {}

  static List<Done> of(Handle handle, String labeler, int limit) {
    return handle
        .createQuery(
            """
            SELECT a.item, b.kind, b.name, a.submitted, a.active_millis, a.outcome
            FROM label_annotation a
            JOIN label_item i ON i.id = a.item JOIN label_batch b ON b.id = i.batch
            WHERE a.labeler = :me
            UNION ALL
            SELECT item, kind, batch, submitted, active_millis, outcome FROM label_gone
            WHERE labeler = :me AND submitted IS NOT NULL
            ORDER BY 4 DESC, 1 DESC LIMIT :limit\
            """)
        .bind("me", labeler)
        .bind("limit", limit)
        .map((row, _) ->
            new Done(
                row.getString("item"),
                StoredJson.constant(Kind.class, row.getString("kind")),
                row.getString("name"),
                Instant.ofEpochMilli(row.getLong("submitted")),
                row.getLong("active_millis"),
                StoredJson.constant(Outcome.class, row.getString("outcome"))))
        .list();
  }
}
