package org.instructgpt.label;

import java.time.Instant;
import java.util.Optional;
import org.instructgpt.label.Lease.Draft;
import org.instructgpt.label.Rejected.Why;
import org.jdbi.v3.core.Handle;

/// Stored drafts of unfinished work.
final class Drafts {
  private final Handle handle;
  private final Instant now;

  Drafts(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  Optional<Draft> find(String labeler, String item) {
    return handle
        .createQuery("SELECT version, json, saved FROM label_draft WHERE item = ? AND labeler = ?")
        .bind(0, item)
        .bind(1, labeler)
        .map((row, _) ->
            new Draft(
                row.getLong("version"),
                row.getString("json"),
                Instant.ofEpochMilli(row.getLong("saved"))))
        .findOne();
  }

  /// Replaces an older version by a newer one. The same version with the same text is accepted
  /// again: a page sends it when the answer to its first request was lost.
  Draft keep(String labeler, String item, long version, String json) {
    int stored =
        handle
            .createUpdate(
                """
                INSERT INTO label_draft (item, labeler, version, json, saved)
                VALUES (:item, :me, :version, :json, :now)
                ON CONFLICT (item, labeler) DO UPDATE
                SET version = excluded.version, json = excluded.json, saved = excluded.saved
                WHERE label_draft.version < excluded.version\
                """)
            .bind("item", item)
            .bind("me", labeler)
            .bind("version", version)
            .bind("json", json)
            .bind("now", now.toEpochMilli())
            .execute();
    Draft kept = find(labeler, item).orElseThrow();
    boolean same = kept.version() == version && kept.json().equals(json);
    if (stored == 0 && !same) {
      throw new Rejected(
          Why.OLDER_DRAFT,
          "expected a draft newer than version " + kept.version() + ", found " + version);
    }
    return kept;
  }

  void drop(String labeler, String item) {
    handle.execute("DELETE FROM label_draft WHERE item = ? AND labeler = ?", item, labeler);
  }
}
