package org.instructgpt.bench;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.instructgpt.bench.Acknowledgements.Page;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Checks a store against its invariants and against what was acknowledged to labelers.
record StoreAudit(Store store) {
  private static final Map<String, String> NEVER =
      Map.of(
          "an item annotated more than once by one labeler",
          """
          SELECT count(*) FROM (SELECT item FROM label_annotation WHERE outcome = 'counted'
          GROUP BY item, labeler HAVING count(*) > 1) twice\
          """,
          "a prompt annotated more than once by one labeler",
          """
          SELECT count(*) FROM (SELECT i.prompt FROM label_annotation a
          JOIN label_item i ON i.id = a.item
          GROUP BY i.prompt, a.labeler HAVING count(*) > 1) twice\
          """,
          "an item with more annotations than its overlap",
          """
          SELECT count(*) FROM (SELECT a.item FROM label_annotation a
          JOIN label_item i ON i.id = a.item JOIN label_batch b ON b.id = i.batch
          WHERE a.outcome = 'counted'
          GROUP BY a.item, b.overlap HAVING count(*) > b.overlap) above\
          """,
          "a filled slot without its annotation",
          """
          SELECT count(*) FROM label_slot s WHERE s.state = 'done' AND NOT EXISTS
          (SELECT 1 FROM label_annotation a WHERE a.item = s.item AND a.labeler || '' = s.labeler
           AND a.outcome = 'counted')\
          """,
          "an annotation that counts without its slot",
          """
          SELECT count(*) FROM label_annotation a WHERE a.outcome = 'counted' AND NOT EXISTS
          (SELECT 1 FROM label_slot s WHERE s.item = a.item AND s.labeler = a.labeler
           AND s.state = 'done')\
          """,
          "an annotation that counts without its record",
          """
          SELECT count(*) FROM label_annotation a WHERE a.outcome = 'counted'
          AND NOT EXISTS (SELECT 1 FROM demonstration d WHERE d.id = a.id || '-d')
          AND NOT EXISTS (SELECT 1 FROM ranking r WHERE r.id = a.id || '-k')\
          """,
          "a record without its annotation",
          """
          SELECT count(*) FROM demonstration d WHERE NOT EXISTS
          (SELECT 1 FROM label_annotation a WHERE d.id = a.id || '-d'
           AND a.outcome = 'counted')\
          """);

  /// The violated invariants of the store, each with its number of violations.
  Map<String, Long> breaches() {
    return store.read(handle -> {
      var found = new TreeMap<String, Long>();
      NEVER.forEach((name, sql) -> {
        long times = handle.createQuery(sql).mapTo(Long.class).one();
        if (times > 0) {
          found.put(name, times);
        }
      });
      return found;
    });
  }

  long annotations() {
    return store.read(handle ->
        handle.createQuery("SELECT count(*) FROM label_annotation").mapTo(Long.class).one());
  }

  /// The number of acknowledged submissions that are not in the store.
  int lost(Acknowledgements.State state) {
    var missing = new HashSet<>(state.acknowledged());
    missing.removeAll(
        store.read(handle ->
            handle.createQuery("SELECT id FROM label_annotation").mapTo(String.class).set()));
    return missing.size();
  }

  /// The number of acknowledged, unsubmitted drafts of which the store has an older version or
  /// none.
  int outdatedDrafts(Acknowledgements.State state) {
    return store.read(handle -> {
      int outdatedDrafts = 0;
      for (var draft : state.drafts().entrySet()) {
        boolean there =
            draft(handle, draft.getKey())
                    .filter(kept -> kept.version() >= draft.getValue())
                    .isPresent()
                || handedIn(handle, draft.getKey());
        outdatedDrafts += there ? 0 : 1;
      }
      return outdatedDrafts;
    });
  }

  /// The longest typing that is not in the store: milliseconds from the last stored draft to the
  /// kill.
  ///
  /// @param up since when the server answered; text typed before that stays on the page
  /// @param killed when the server was killed
  long lostTyping(Acknowledgements.State state, long up, long killed) {
    return store.read(handle ->
        state.typing().entrySet().stream()
            .filter(one -> !handedIn(handle, one.getKey()))
            .mapToLong(one -> {
              long typed = draft(handle, one.getKey()).map(Kept::typed).orElse(one.getValue());
              return killed - Math.max(typed, up);
            })
            .max()
            .orElse(0));
  }

  private record Kept(long version, long typed) {}

  private static Optional<Kept> draft(Handle handle, Page page) {
    return handle
        .createQuery("SELECT version, json FROM label_draft WHERE item = ? AND labeler = ?")
        .bind(0, page.item())
        .bind(1, page.labeler())
        .map((row, _) ->
            new Kept(
                row.getLong("version"),
                Long.parseLong(row.getString("json").replaceAll("\\D", ""))))
        .findOne();
  }

  private static boolean handedIn(Handle handle, Page page) {
    return handle
        .createQuery("SELECT 1 FROM label_annotation WHERE item = ? AND labeler = ?")
        .bind(0, page.item())
        .bind(1, page.labeler())
        .mapTo(Integer.class)
        .findFirst()
        .isPresent();
  }
}
