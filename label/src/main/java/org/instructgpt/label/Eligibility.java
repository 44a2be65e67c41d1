package org.instructgpt.label;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.label.ScreeningResult.Decision;
import org.instructgpt.label.ScreeningResult.Verdict;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Labeler.Pool;
import org.jdbi.v3.core.Handle;

/// Which labelers get work: researchers' decisions on them, and whether a decision is required.
final class Eligibility {
  private static final String REQUIRED = "screening_required";

  private final Handle handle;

  Eligibility(Handle handle) {
    this.handle = handle;
  }

  /// The pool of a labeler who may work; empty for those who are no labelers, were declined or
  /// paused, or still have to be admitted. Held-out labelers are not screened (paper section 3.4).
  Optional<Pool> working(String labeler) {
    return pool(labeler).filter(pool -> pool == Pool.RESEARCHER || admitted(labeler, pool));
  }

  private boolean admitted(String labeler, Pool pool) {
    return handle
        .createQuery(
            """
            SELECT (SELECT value FROM label_setting WHERE name = :required) AS required,
              (SELECT verdict FROM label_decision WHERE labeler = :labeler
                ORDER BY seq DESC LIMIT 1) AS verdict\
            """)
        .bind("required", REQUIRED)
        .bind("labeler", labeler)
        .map((row, _) -> {
          boolean waits = pool == Pool.TRAINING && Boolean.parseBoolean(row.getString("required"));
          return Optional.ofNullable(row.getString("verdict"))
              .map(word -> StoredJson.constant(Verdict.class, word) == Verdict.ADMITTED)
              .orElse(!waits);
        })
        .one();
  }

  /// The last decision on each labeler.
  Map<String, Verdict> verdicts() {
    var verdicts = new HashMap<String, Verdict>();
    handle
        .createQuery("SELECT labeler, verdict FROM label_decision ORDER BY seq")
        .map((row, _) ->
            Map.entry(
                row.getString("labeler"),
                StoredJson.constant(Verdict.class, row.getString("verdict"))))
        .forEach(row -> verdicts.put(row.getKey(), row.getValue()));
    return verdicts;
  }

  Optional<Pool> pool(String labeler) {
    return new FeedbackTables(handle).pool(labeler);
  }

  /// Newest first.
  List<Decision> decisions(String labeler) {
    return handle
        .createQuery(
            """
            SELECT verdict, reason, decided_by, decided_at FROM label_decision
            WHERE labeler = ? ORDER BY seq DESC\
            """)
        .bind(0, labeler)
        .map((row, _) ->
            new Decision(
                StoredJson.constant(Verdict.class, row.getString("verdict")),
                row.getString("reason"),
                row.getString("decided_by"),
                Instant.ofEpochMilli(row.getLong("decided_at"))))
        .list();
  }

  void decide(String labeler, Decision decision) {
    handle
        .createUpdate(
            """
            INSERT INTO label_decision (labeler, verdict, reason, decided_by, decided_at)
            VALUES (:labeler, :verdict, :reason, :by, :at)\
            """)
        .bind("labeler", labeler)
        .bind("verdict", StoredJson.word(decision.verdict()))
        .bind("reason", decision.reason())
        .bind("by", decision.by())
        .bind("at", decision.at().toEpochMilli())
        .execute();
  }

  boolean required() {
    return handle
        .createQuery("SELECT value FROM label_setting WHERE name = ?")
        .bind(0, REQUIRED)
        .mapTo(String.class)
        .findOne()
        .map(Boolean::parseBoolean)
        .orElse(false);
  }

  void require(boolean required) {
    handle.execute(
        """
        INSERT INTO label_setting (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value\
        """,
        REQUIRED,
        String.valueOf(required));
  }
}
