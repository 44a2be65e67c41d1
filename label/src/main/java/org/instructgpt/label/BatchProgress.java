package org.instructgpt.label;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Labeler;
import org.jdbi.v3.core.Handle;

/// The progress of a batch.
///
/// @param slots number of tasks times overlap
/// @param done slots that are filled
/// @param leased slots that labelers hold now
/// @param skipped how often labelers skipped a task
/// @param medianActiveMillis of the work that counted; 0 before the first
public record BatchProgress(
    String id,
    TaskBatch batch,
    Instant opened,
    boolean closed,
    int items,
    int gold,
    int slots,
    int done,
    int leased,
    int surplus,
    int skipped,
    long medianActiveMillis) {

  /// All batches, newest first.
  static List<BatchProgress> all(Handle handle, Instant now) {
    Map<String, List<Long>> active = active(handle);
    return handle
        .createQuery(
            """
            SELECT b.*,
              (SELECT count(*) FROM label_item i WHERE i.batch = b.id) AS items,
              (SELECT count(*) FROM label_item i WHERE i.batch = b.id AND i.gold IS NOT NULL)
                AS gold,
              (SELECT count(*) FROM label_annotation a JOIN label_item i ON i.id = a.item
                WHERE i.batch = b.id AND a.outcome = 'surplus') AS surplus,
              (SELECT count(*) FROM label_lease l JOIN label_item i ON i.id = l.item
                WHERE i.batch = b.id AND l.state = 'skipped') AS skipped,
              (SELECT count(*) FROM label_slot s JOIN label_item i ON i.id = s.item
                WHERE i.batch = b.id AND s.state = 'done') AS done,
              (SELECT count(*) FROM label_slot s JOIN label_item i ON i.id = s.item
                WHERE i.batch = b.id AND s.state IN ('open', 'last') AND s.free_at > :now)
                AS leased
            FROM label_batch b ORDER BY b.opened DESC, b.id DESC\
            """)
        .bind("now", now.toEpochMilli())
        .map((row, _) ->
            new BatchProgress(
                row.getString("id"),
                new TaskBatch(
                    row.getString("name"),
                    StoredJson.constant(Kind.class, row.getString("kind")),
                    StoredJson.constant(Mode.class, row.getString("mode")),
                    row.getInt("overlap"),
                    Optional.ofNullable(row.getString("pool"))
                        .map(word -> StoredJson.constant(Labeler.Pool.class, word)),
                    row.getInt("priority"),
                    row.getString("instructions")),
                Instant.ofEpochMilli(row.getLong("opened")),
                row.getInt("closed") == 1,
                row.getInt("items"),
                row.getInt("gold"),
                row.getInt("items") * row.getInt("overlap"),
                row.getInt("done"),
                row.getInt("leased"),
                row.getInt("surplus"),
                row.getInt("skipped"),
                median(active.getOrDefault(row.getString("id"), List.of()))))
        .list();
  }

  private static Map<String, List<Long>> active(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT i.batch, a.active_millis FROM label_annotation a
            JOIN label_item i ON i.id = a.item WHERE a.outcome = 'counted'\
            """)
        .map((row, _) -> Map.entry(row.getString("batch"), row.getLong("active_millis")))
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  /// The median, the lower one of an even number; 0 of none.
  static long median(List<Long> values) {
    var sorted = values.stream().sorted().toList();
    return sorted.isEmpty() ? 0 : sorted.get((sorted.size() - 1) / 2);
  }

  static Map<SkipReason, Integer> skips(Handle handle, String batch) {
    var reasons = new EnumMap<SkipReason, Integer>(SkipReason.class);
    handle
        .createQuery(
            """
            SELECT l.reason, count(*) AS times FROM label_lease l
            JOIN label_item i ON i.id = l.item
            WHERE i.batch = ? AND l.state = 'skipped' GROUP BY l.reason\
            """)
        .bind(0, batch)
        .map((row, _) ->
            Map.entry(
                StoredJson.constant(SkipReason.class, row.getString("reason")),
                row.getInt("times")))
        .forEach(row -> reasons.put(row.getKey(), row.getValue()));
    return reasons;
  }
}
