package org.instructgpt.studio;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.label.StoredJson;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt.Source;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Rating.Flag;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// What people gave, a page at a time, newest first.
final class FeedbackBrowser {
  /// Rows of a page.
  static final int PAGE = 50;

  private final Store store;

  FeedbackBrowser(Store store) {
    this.store = store;
  }

  enum What {
    PROMPTS,
    DEMONSTRATIONS,
    RANKINGS
  }

  /// What is looked for.
  ///
  /// @param words that the prompt contains; may be empty
  /// @param labeler id of whoever gave it; may be empty
  /// @param before the number of the row that ended the last page; 0 for the first
  record Query(
      What what,
      Optional<Split> split,
      Optional<Source> source,
      String words,
      String labeler,
      long before) {}

  /// One thing that was given.
  ///
  /// @param prompt id
  /// @param detail the response, or the models in the order of the ranking
  /// @param who gave it; empty where nobody knows
  /// @param demonstrations of a prompt, else 0; `rankings` likewise
  record Row(
      long seq,
      String prompt,
      String text,
      String detail,
      String who,
      Split split,
      Source source,
      Optional<UseCase> useCase,
      Instant created,
      int demonstrations,
      int rankings) {}

  /// @param more the row after which the next page begins; 0 where there is none
  record Page(List<Row> rows, long more) {}

  Page find(Query query) {
    List<Row> rows = store.read(handle -> rows(handle, query));
    return rows.size() <= PAGE
        ? new Page(rows, 0)
        : new Page(List.copyOf(rows.subList(0, PAGE)), rows.get(PAGE - 1).seq());
  }

  private static List<Row> rows(Handle handle, Query query) {
    List<String> conditions = new ArrayList<>(List.of("1 = 1"));
    Map<String, Object> values = new LinkedHashMap<>();
    query
        .split()
        .ifPresent(split -> {
          conditions.add("p.split = :split");
          values.put("split", StoredJson.word(split));
        });
    query
        .source()
        .ifPresent(source -> {
          conditions.add("p.source = :source");
          values.put("source", StoredJson.word(source));
        });
    if (!query.words().isEmpty()) {
      conditions.add("LOWER(p.text) LIKE :words ESCAPE '!'");
      values.put("words", "%" + escaped(query.words()) + "%");
    }
    if (!query.labeler().isEmpty()) {
      conditions.add(query.what() == What.PROMPTS ? "p.user_id = :who" : "t.labeler_id = :who");
      values.put("who", query.labeler());
    }
    if (query.before() > 0) {
      conditions.add("t.seq < :before");
      values.put("before", query.before());
    }
    String sql =
        select(query.what())
            + " WHERE "
            + String.join(" AND ", conditions)
            + " ORDER BY t.seq DESC LIMIT "
            + (PAGE + 1);
    return handle.createQuery(sql).bindMap(values).map((row, _) -> row(row, query.what())).list();
  }

  private static String escaped(String words) {
    return words.toLowerCase(Locale.ROOT).replace("!", "!!").replace("%", "!%").replace("_", "!_");
  }

  private static String select(What what) {
    String of =
        switch (what) {
          case PROMPTS ->
              """
              '' AS detail, p.user_id AS who, t.created AS given,
                (SELECT COUNT(*) FROM demonstration d WHERE d.prompt_id = p.id) AS demonstrations,
                (SELECT COUNT(*) FROM ranking r WHERE r.prompt_id = p.id) AS rankings
              FROM prompt t JOIN prompt p ON p.id = t.id\
              """;
          case DEMONSTRATIONS ->
              """
              t.response AS detail, t.labeler_id AS who, t.created AS given,
                0 AS demonstrations, 0 AS rankings
              FROM demonstration t JOIN prompt p ON p.id = t.prompt_id\
              """;
          case RANKINGS ->
              """
              t.outputs AS detail, t.labeler_id AS who, t.created AS given,
                0 AS demonstrations, 0 AS rankings
              FROM ranking t JOIN prompt p ON p.id = t.prompt_id\
              """;
        };
    return "SELECT t.seq, p.id, p.text, p.split, p.source, p.use_case, " + of;
  }

  private static Row row(ResultSet row, What what) throws SQLException {
    String detail = row.getString("detail");
    return new Row(
        row.getLong("seq"),
        row.getString("id"),
        row.getString("text"),
        what == What.RANKINGS ? order(detail) : detail,
        Optional.ofNullable(row.getString("who")).orElse(""),
        StoredJson.constant(Split.class, row.getString("split")),
        StoredJson.constant(Source.class, row.getString("source")),
        Optional.ofNullable(row.getString("use_case"))
            .map(u -> StoredJson.constant(UseCase.class, u)),
        Instant.parse(row.getString("given")),
        row.getInt("demonstrations"),
        row.getInt("rankings"));
  }

  /// The models from best to worst, as `ppo > supervised = supervised > base`.
  private static String order(String outputs) {
    List<Placed> placed = new ArrayList<>(placed(outputs));
    placed.sort(Comparator.comparingInt(Placed::rank));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < placed.size(); i++) {
      if (i > 0) {
        text.append(placed.get(i).rank() == placed.get(i - 1).rank() ? " = " : " > ");
      }
      text.append(placed.get(i).output().model());
    }
    return text.toString();
  }

  private record Placed(Output output, int rank) {}

  private static List<Placed> placed(String outputs) {
    List<Placed> placed = new ArrayList<>();
    for (JsonNode node : TaskApi.tree(outputs)) {
      Output output =
          new Output(
              node.path("text").asText(),
              node.path("model").asText(),
              node.path("ended").asBoolean(true));
      placed.add(new Placed(output, node.path("rank").asInt()));
    }
    return placed;
  }

  /// All that was given to one prompt.
  record Given(List<Written> demonstrations, List<Comparison> comparisons) {}

  record Written(String response, String labeler, Instant created) {}

  /// Outputs that were ranked together, best on average first, and who ranked them; or, without
  /// anybody, those that were only rated.
  record Comparison(List<String> labelers, List<Judged> outputs) {}

  /// @param ranks in the order of the labelers; 0 where one did not rank it
  record Judged(Output output, List<Integer> ranks, List<Rated> ratings) {
    double meanRank() {
      return ranks.stream().mapToInt(Integer::intValue).average().orElse(0);
    }
  }

  record Rated(String labeler, int quality, List<Flag> flags) {}

  Given given(String prompt) {
    return store.read(handle -> {
      List<Written> written =
          handle
              .createQuery(
                  """
                  SELECT response, labeler_id, created FROM demonstration
                  WHERE prompt_id = ? ORDER BY seq\
                  """)
              .bind(0, prompt)
              .map((row, _) ->
                  new Written(
                      row.getString("response"),
                      row.getString("labeler_id"),
                      Instant.parse(row.getString("created"))))
              .list();
      return new Given(written, comparisons(handle, prompt));
    });
  }

  private record Order(String labeler, List<Placed> placed) {
    List<Output> outputs() {
      return placed.stream()
          .map(Placed::output)
          .sorted(Comparator.comparing(Output::model).thenComparing(Output::text))
          .toList();
    }

    int rank(Output output) {
      return placed.stream()
          .filter(p -> p.output().equals(output))
          .mapToInt(Placed::rank)
          .findFirst()
          .orElse(0);
    }
  }

  private static List<Comparison> comparisons(Handle handle, String prompt) {
    Map<Output, List<Rated>> ratings = ratings(handle, prompt);
    Map<List<Output>, List<Order>> together = new LinkedHashMap<>();
    handle
        .createQuery("SELECT labeler_id, outputs FROM ranking WHERE prompt_id = ? ORDER BY seq")
        .bind(0, prompt)
        .map((row, _) -> new Order(row.getString("labeler_id"), placed(row.getString("outputs"))))
        .forEach(o -> together.computeIfAbsent(o.outputs(), _ -> new ArrayList<>()).add(o));
    List<Comparison> comparisons = new ArrayList<>();
    together.forEach((outputs, orders) -> comparisons.add(comparison(outputs, orders, ratings)));
    List<Judged> alone = new ArrayList<>();
    ratings.forEach((output, said) -> {
      if (together.keySet().stream().noneMatch(outputs -> outputs.contains(output))) {
        alone.add(new Judged(output, List.of(), said));
      }
    });
    if (!alone.isEmpty()) {
      comparisons.add(new Comparison(List.of(), alone));
    }
    return List.copyOf(comparisons);
  }

  private static Comparison comparison(
      List<Output> outputs, List<Order> orders, Map<Output, List<Rated>> ratings) {
    List<Judged> judged =
        outputs.stream()
            .distinct()
            .map(output ->
                new Judged(
                    output,
                    orders.stream().map(order -> order.rank(output)).toList(),
                    ratings.getOrDefault(output, List.of())))
            .sorted(Comparator.comparingDouble(Judged::meanRank))
            .toList();
    return new Comparison(orders.stream().map(Order::labeler).toList(), judged);
  }

  private static Map<Output, List<Rated>> ratings(Handle handle, String prompt) {
    Map<Output, List<Rated>> ratings = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            SELECT output, model, ended, quality, flags, labeler_id FROM rating
            WHERE prompt_id = ? ORDER BY seq\
            """)
        .bind(0, prompt)
        .map((row, _) -> {
          List<Flag> flags = new ArrayList<>();
          TaskApi.tree(row.getString("flags"))
              .forEach(flag -> flags.add(StoredJson.constant(Flag.class, flag.asText())));
          var rated = new Rated(row.getString("labeler_id"), row.getInt("quality"), flags);
          var output =
              new Output(row.getString("output"), row.getString("model"), row.getInt("ended") != 0);
          return Map.entry(output, rated);
        })
        .forEach(
            e -> ratings.computeIfAbsent(e.getKey(), _ -> new ArrayList<>()).add(e.getValue()));
    return ratings;
  }
}
