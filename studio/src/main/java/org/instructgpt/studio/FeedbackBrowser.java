package org.instructgpt.studio;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.Source;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Rating.Flag;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Pages through prompts, demonstrations and rankings, newest first, and shows everything that was
/// given to one prompt.
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

  /// A search.
  ///
  /// @param words that the prompt contains; may be empty
  /// @param labeler id of who gave it; may be empty
  /// @param before number of the last row of the page before; 0 for the first page
  record Query(
      What what,
      Optional<Split> split,
      Optional<Source> source,
      String words,
      String labeler,
      long before) {}

  /// A prompt, a demonstration or a ranking.
  ///
  /// @param prompt id of the prompt
  /// @param detail the response, or the models in the order of the ranking
  /// @param who id of who gave it; empty where unknown
  /// @param demonstrations number of the prompt's demonstrations; 0 in rows of other kinds, as
  ///   `rankings`
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

  /// A page of rows.
  ///
  /// @param more number of the row after which the next page begins; 0 where there is none
  record Page(List<Row> rows, long more) {}

  Page find(Query query) {
    List<Row> rows = store.read(handle -> rows(handle, query));
    return rows.size() <= PAGE
        ? new Page(rows, 0)
        : new Page(List.copyOf(rows.subList(0, PAGE)), rows.get(PAGE - 1).seq());
  }

  private static List<Row> rows(Handle handle, Query query) {
    Optional<String> labeler = Optional.of(query.labeler()).filter(who -> !who.isEmpty());
    var filter = new Filter(query.split(), query.source(), Optional.empty(), labeler);
    var search =
        new FeedbackTables.Search(
            kind(query.what()), filter, query.words(), query.before(), PAGE + 1);
    return new FeedbackTables(handle).browse(search).stream().map(FeedbackBrowser::row).toList();
  }

  private static FeedbackTables.Kind kind(What what) {
    return switch (what) {
      case PROMPTS -> FeedbackTables.Kind.PROMPT;
      case DEMONSTRATIONS -> FeedbackTables.Kind.DEMONSTRATION;
      case RANKINGS -> FeedbackTables.Kind.RANKING;
    };
  }

  private static Row row(FeedbackTables.Row found) {
    return switch (found.given().orElse(found.prompt())) {
      case Demonstration given -> row(found, given.response(), given.labeler(), given.created());
      case Ranking given -> row(found, order(given), given.labeler(), given.created());
      case Prompt prompt -> row(found, "", prompt.user().orElse(""), prompt.created());
      case Labeler _, Rating _ -> throw new AssertionError("not searched for");
    };
  }

  private static Row row(FeedbackTables.Row found, String detail, String who, Instant created) {
    Prompt prompt = found.prompt();
    return new Row(
        found.seq(),
        prompt.id(),
        prompt.text(),
        detail,
        who,
        prompt.split(),
        prompt.source(),
        prompt.useCase(),
        created,
        found.demonstrations(),
        found.rankings());
  }

  /// The models from best to worst, as `ppo > supervised = supervised > base`.
  private static String order(Ranking ranking) {
    List<Placed> placed = new ArrayList<>(placed(ranking));
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

  private static List<Placed> placed(Ranking ranking) {
    List<Placed> placed = new ArrayList<>();
    for (int i = 0; i < ranking.outputs().size(); i++) {
      placed.add(new Placed(ranking.outputs().get(i), ranking.ranks().get(i)));
    }
    return placed;
  }

  /// Everything that was given to one prompt.
  record Given(List<Written> demonstrations, List<Comparison> comparisons) {}

  record Written(String response, String labeler, Instant created) {}

  /// Outputs that were ranked together, the best mean rank first, with the labelers who ranked
  /// them; without labelers, the outputs that were only rated.
  record Comparison(List<String> labelers, List<Judged> outputs) {}

  /// An output with its ranks and ratings.
  ///
  /// @param ranks in the order of the labelers; 0 where one did not rank it
  record Judged(Output output, List<Integer> ranks, List<Rated> ratings) {
    double meanRank() {
      return ranks.stream().mapToInt(Integer::intValue).average().orElse(0);
    }
  }

  record Rated(String labeler, int quality, List<Flag> flags) {}

  Given given(String prompt) {
    return store.read(handle -> {
      var tables = new FeedbackTables(handle);
      List<Written> written =
          tables.demonstrations(prompt).stream()
              .map(given -> new Written(given.response(), given.labeler(), given.created()))
              .toList();
      return new Given(written, comparisons(tables, prompt));
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

  private static List<Comparison> comparisons(FeedbackTables tables, String prompt) {
    Map<Output, List<Rated>> ratings = ratings(tables, prompt);
    Map<List<Output>, List<Order>> together = new LinkedHashMap<>();
    for (Ranking ranking : tables.rankings(prompt)) {
      var order = new Order(ranking.labeler(), placed(ranking));
      together.computeIfAbsent(order.outputs(), _ -> new ArrayList<>()).add(order);
    }
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

  private static Map<Output, List<Rated>> ratings(FeedbackTables tables, String prompt) {
    Map<Output, List<Rated>> ratings = new LinkedHashMap<>();
    for (Rating rating : tables.ratings(prompt)) {
      var rated = new Rated(rating.labeler(), rating.quality(), List.copyOf(rating.flags()));
      ratings.computeIfAbsent(rating.output(), _ -> new ArrayList<>()).add(rated);
    }
    return ratings;
  }
}
