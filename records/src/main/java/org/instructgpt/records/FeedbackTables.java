package org.instructgpt.records;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt.UseCase;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Queries and updates of the tables of feedback inside a [Store#read] or a [Store#write] under
/// way, for the modules that keep tables of their own beside them.
public final class FeedbackTables {
  /// The most ids of one query; databases limit the number of parameters.
  private static final int MOST_IDS = 500;

  private final Handle handle;

  public FeedbackTables(Handle handle) {
    this.handle = handle;
  }

  /// Whose table is searched.
  public enum Kind {
    PROMPT,
    DEMONSTRATION,
    RANKING
  }

  /// What is looked for.
  ///
  /// @param filter by split, source and labeler; of prompts the labeler is the user
  /// @param words that the prompt contains, in any case; may be empty
  /// @param before the number of the row that ended the last page; 0 for the first page
  /// @param most rows of a page
  public record Search(Kind kind, Filter filter, String words, long before, int most) {}

  /// A row that was found.
  ///
  /// @param seq its number in the order of arrival
  /// @param given the demonstration or the ranking; empty for a prompt
  /// @param demonstrations how many a prompt has; 0 for other rows, and likewise `rankings`
  public record Row(
      long seq, Prompt prompt, Optional<Feedback> given, int demonstrations, int rankings) {}

  /// The newest rows first.
  public List<Row> browse(Search search) {
    Map<String, Object> values = new HashMap<>();
    String conditions = conditions(search, values);
    String sql = select(search.kind()) + conditions + " ORDER BY t.seq DESC LIMIT " + search.most();
    return handle.createQuery(sql).bindMap(values).map((row, _) -> row(row, search.kind())).list();
  }

  private static String conditions(Search search, Map<String, Object> values) {
    List<String> conditions = new ArrayList<>();
    Filter filter = search.filter();
    filter
        .split()
        .ifPresent(split -> {
          conditions.add("p.split = :split");
          values.put("split", EnumWords.of(split));
        });
    filter
        .source()
        .ifPresent(source -> {
          conditions.add("p.source = :source");
          values.put("source", EnumWords.of(source));
        });
    if (!search.words().isEmpty()) {
      conditions.add("LOWER(p.text) LIKE :words ESCAPE '!'");
      values.put("words", "%" + escaped(search.words()) + "%");
    }
    filter
        .labeler()
        .ifPresent(who -> {
          conditions.add(search.kind() == Kind.PROMPT ? "p.user_id = :who" : "t.labeler_id = :who");
          values.put("who", who);
        });
    if (search.before() > 0) {
      conditions.add("t.seq < :before");
      values.put("before", search.before());
    }
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  private static String escaped(String words) {
    return words.toLowerCase(Locale.ROOT).replace("!", "!!").replace("%", "!%").replace("_", "!_");
  }

  private static String select(Kind kind) {
    String prompt = RecordTable.PROMPT.selection("p");
    return switch (kind) {
      case PROMPT ->
          """
          SELECT t.seq, %s,
            (SELECT COUNT(*) FROM demonstration d WHERE d.prompt_id = p.id) AS demonstrations,
            (SELECT COUNT(*) FROM ranking r WHERE r.prompt_id = p.id) AS rankings
          FROM prompt t JOIN prompt p ON p.id = t.id\
          """
              .formatted(prompt);
      case DEMONSTRATION -> selectGiven(RecordTable.DEMONSTRATION, prompt);
      case RANKING -> selectGiven(RecordTable.RANKING, prompt);
    };
  }

  private static String selectGiven(RecordTable<?> table, String prompt) {
    return "SELECT t.seq, %s, %s FROM %s t JOIN prompt p ON p.id = t.prompt_id"
        .formatted(prompt, table.selection("t"), table.name());
  }

  private static Row row(ResultSet row, Kind kind) throws SQLException {
    Prompt prompt = RecordTable.PROMPT.reader().read(row, "p_");
    @Nullable Feedback given =
        switch (kind) {
          case PROMPT -> null;
          case DEMONSTRATION -> RecordTable.DEMONSTRATION.reader().read(row, "t_");
          case RANKING -> RecordTable.RANKING.reader().read(row, "t_");
        };
    boolean counted = kind == Kind.PROMPT;
    return new Row(
        row.getLong("seq"),
        prompt,
        Optional.ofNullable(given),
        counted ? row.getInt("demonstrations") : 0,
        counted ? row.getInt("rankings") : 0);
  }

  /// The demonstrations of a prompt in the order of arrival.
  public List<Demonstration> demonstrations(String promptId) {
    return new RecordRows(handle).about(RecordTable.DEMONSTRATION, promptId);
  }

  /// The rankings of a prompt in the order of arrival.
  public List<Ranking> rankings(String promptId) {
    return new RecordRows(handle).about(RecordTable.RANKING, promptId);
  }

  /// The ratings of a prompt's outputs in the order of arrival.
  public List<Rating> ratings(String promptId) {
    return new RecordRows(handle).about(RecordTable.RATING, promptId);
  }

  /// Reads demonstrations with their prompts, in the order in which the prompts arrived, as far as
  /// the reader asks for them.
  public <R> R demonstrations(
      Filter filter, Function<Stream<WithPrompt<Demonstration>>, R> reader) {
    return new RecordRows(handle)
        .selectByPrompt(RecordTable.DEMONSTRATION, filter)
        .map((row, _) ->
            new WithPrompt<>(
                RecordTable.PROMPT.reader().read(row, "p_"),
                RecordTable.DEMONSTRATION.reader().read(row, "t_")))
        .withStream(reader::apply);
  }

  public Optional<Prompt> prompt(String id) {
    return new RecordRows(handle).find(RecordTable.PROMPT, id);
  }

  /// The prompts of these ids in the order of arrival; ids of no prompt are ignored.
  public List<Prompt> prompts(Collection<String> ids) {
    var prompts = new TreeMap<Long, Prompt>();
    String sql =
        "SELECT t.seq, %s FROM prompt t WHERE t.id IN (<ids>)"
            .formatted(RecordTable.PROMPT.selection("t"));
    ids.stream()
        .distinct()
        .gather(Gatherers.windowFixed(MOST_IDS))
        .forEach(some ->
            handle
                .createQuery(sql)
                .bindList("ids", some)
                .map((row, _) ->
                    Map.entry(row.getLong("seq"), RecordTable.PROMPT.reader().read(row, "t_")))
                .forEach(row -> prompts.put(row.getKey(), row.getValue())));
    return List.copyOf(prompts.values());
  }

  /// The texts of the prompts of these ids, by id; ids of no prompt are absent.
  public Map<String, String> promptTexts(Collection<String> ids) {
    return prompts(ids).stream().collect(Collectors.toMap(Prompt::id, Prompt::text));
  }

  /// Hands on the prompts that the filter lets through, in the order of arrival; see
  /// [Store#prompts].
  public void eachPrompt(Filter filter, Consumer<Prompt> consumer) {
    Store.eachPrompt(handle, filter, consumer);
  }

  /// The pool of a labeler; empty for somebody who is none.
  public Optional<Pool> pool(String labeler) {
    return new RecordRows(handle).find(RecordTable.LABELER, labeler).map(Labeler::pool);
  }

  /// The ids of the labelers of a pool in the order of arrival.
  public SequencedSet<String> labelers(Pool pool) {
    return handle
        .createQuery("SELECT id FROM labeler WHERE pool = ? ORDER BY seq")
        .bind(0, EnumWords.of(pool))
        .mapTo(String.class)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /// How many rankings each labeler gave, by id; labelers without one are absent.
  public Map<String, Integer> rankingsByLabeler() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    handle
        .createQuery("SELECT labeler_id, count(*) AS n FROM ranking GROUP BY labeler_id")
        .map((row, _) -> Map.entry(row.getString("labeler_id"), row.getInt("n")))
        .forEach(row -> counts.put(row.getKey(), row.getValue()));
    return counts;
  }

  /// The number of the ranking that arrived last; 0 where there is none.
  public long lastRanking() {
    return handle.createQuery("SELECT COALESCE(MAX(seq), 0) FROM ranking").mapTo(Long.class).one();
  }

  /// The ids of all users who wrote prompts and of all labelers.
  public Set<String> people() {
    return new TreeSet<>(
        handle
            .createQuery(
                """
                SELECT user_id FROM prompt WHERE user_id IS NOT NULL
                UNION SELECT id FROM labeler\
                """)
            .mapTo(String.class)
            .list());
  }

  /// Gives a prompt its use case, unless it has one.
  public void settleUseCase(String promptId, UseCase useCase) {
    handle.execute(
        "UPDATE prompt SET use_case = ? WHERE id = ? AND use_case IS NULL",
        EnumWords.of(useCase),
        promptId);
  }

  /// Takes this use case from a prompt; another one stays.
  public void reopenUseCase(String promptId, UseCase useCase) {
    handle.execute(
        "UPDATE prompt SET use_case = NULL WHERE id = ? AND use_case = ?",
        promptId,
        EnumWords.of(useCase));
  }
}
