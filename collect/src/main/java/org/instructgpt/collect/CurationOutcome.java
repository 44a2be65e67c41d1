package org.instructgpt.collect;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.WithPrompt;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// The stored outcome of the last curation of a store. Without a curation all prompts are used as
/// they are.
///
/// A prompt that came after the last curation is not used until the next. Prompts whose consent is
/// withdrawn are never used, curated or not.
public final class CurationOutcome {
  private static final int BATCH = 1000;

  private final Map<String, Row> rows;
  private final Set<String> withdrawn;

  private CurationOutcome(Map<String, Row> rows, Set<String> withdrawn) {
    this.rows = rows;
    this.withdrawn = withdrawn;
  }

  /// @param dropped the step that dropped the prompt, if one did; the other components are absent
  ///   where the prompt is unchanged
  private record Row(
      @Nullable String dropped,
      @Nullable String text,
      @Nullable Split split,
      Prompt.@Nullable UseCase useCase) {}

  /// Stores the outcome of a curation and replaces the last one.
  ///
  /// @param store whose tables an [Intake] has created
  /// @param before the prompts before curation, by id
  public static void save(Store store, Curation.Result result, Map<String, Prompt> before) {
    int _ =
        store.writeNow(handle -> {
          handle.execute("DELETE FROM collect_curated");
          // A prompt that was erased while the curation ran is gone.
          Set<String> stored = ids(handle);
          try (PreparedBatch batch =
              handle.prepareBatch(
                  "INSERT INTO collect_curated (dropped, text, split, use_case, prompt_id)"
                      + " VALUES (?, ?, ?, ?, ?)")) {
            for (Curation.Dropped drop : result.dropped()) {
              if (stored.contains(drop.promptId())) {
                add(batch, drop.promptId(), word(drop.step()), null, null, null);
              }
            }
            for (Prompt kept : result.kept()) {
              if (!stored.contains(kept.id())) {
                continue;
              }
              Prompt old = before.get(kept.id());
              boolean same = old != null && old.text().equals(kept.text());
              add(
                  batch,
                  kept.id(),
                  null,
                  same ? null : kept.text(),
                  word(kept.split()),
                  kept.useCase().map(CurationOutcome::word).orElse(null));
            }
            if (batch.size() > 0) {
              batch.execute();
            }
          }
          return result.kept().size();
        });
  }

  private static Set<String> ids(Handle handle) {
    Set<String> ids = new HashSet<>();
    new FeedbackTables(handle).eachPrompt(Filter.ALL, prompt -> ids.add(prompt.id()));
    return ids;
  }

  private static void add(PreparedBatch batch, String prompt, @Nullable String... values) {
    for (int i = 0; i < values.length; i++) {
      batch.bind(i, values[i]);
    }
    batch.bind(values.length, prompt).add();
    if (batch.size() == BATCH) {
      batch.execute();
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// Reads the outcome from a store; it may be that of no curation.
  public static CurationOutcome of(Store store) {
    return store.read(handle -> {
      if (!isThere(store, handle)) {
        return new CurationOutcome(Map.of(), Set.of());
      }
      Map<String, Row> rows = new HashMap<>();
      handle
          .createQuery("SELECT prompt_id, dropped, text, split, use_case FROM collect_curated")
          .map((row, _) ->
              rows.put(
                  row.getString("prompt_id"),
                  new Row(
                      row.getString("dropped"),
                      row.getString("text"),
                      constant(Split.class, row.getString("split")),
                      constant(Prompt.UseCase.class, row.getString("use_case")))))
          .list();
      List<String> withdrawn =
          handle
              .createQuery(
                  "SELECT g.prompt_id FROM collect_given g JOIN collect_consent c"
                      + " ON c.id = g.consent_id WHERE c.withdrawn IS NOT NULL")
              .mapTo(String.class)
              .list();
      return new CurationOutcome(rows, Set.copyOf(withdrawn));
    });
  }

  private static boolean isThere(Store store, Handle handle) {
    String tables =
        switch (store.dialect()) {
          case SQLITE -> "SELECT count(*) FROM sqlite_master WHERE name = 'collect_curated'";
          case POSTGRESQL ->
              "SELECT count(*) FROM information_schema.tables"
                  + " WHERE table_name = 'collect_curated' AND table_schema = current_schema()";
        };
    return handle.createQuery(tables).mapTo(Integer.class).one() > 0;
  }

  private static <E extends Enum<E>> @Nullable E constant(Class<E> type, @Nullable String word) {
    return word == null ? null : Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }

  /// Whether there was a curation.
  public boolean isThere() {
    return !rows.isEmpty();
  }

  /// The prompt as it may be used: with its redacted text, its split and its use case. Empty if it
  /// must not be used.
  public Optional<Prompt> of(Prompt prompt) {
    if (withdrawn.contains(prompt.id())) {
      return Optional.empty();
    }
    if (!isThere()) {
      return Optional.of(prompt);
    }
    Row row = rows.get(prompt.id());
    if (row == null || row.dropped() != null) {
      return Optional.empty();
    }
    return Optional.of(
        new Prompt(
            prompt.id(),
            row.text() == null ? prompt.text() : row.text(),
            prompt.source(),
            prompt.user(),
            prompt.organisation(),
            row.split() == null ? prompt.split() : row.split(),
            prompt.useCase().or(() -> Optional.ofNullable(row.useCase())),
            prompt.created()));
  }

  /// The prompt as it may be used; empty unless it is of this split and may be.
  public Optional<Prompt> of(Prompt prompt, Split split) {
    return of(prompt).filter(usable -> usable.split() == split);
  }

  /// Feedback with its prompt as that may be used; empty unless that is of this split and may be.
  public <T extends Feedback> Optional<WithPrompt<T>> of(WithPrompt<T> given, Split split) {
    return of(given.prompt(), split).map(prompt -> new WithPrompt<>(prompt, given.item()));
  }

  /// Whether the prompt came after the last curation.
  public boolean isLater(Prompt prompt) {
    return isThere() && !rows.containsKey(prompt.id());
  }
}
