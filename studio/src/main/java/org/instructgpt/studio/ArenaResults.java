package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.WinRates;
import org.instructgpt.web.Exchange;

/// How strong the models are by all that people said when they compared answers: votes of the
/// arena, thumbs up and down on answers of one prompt, and rankings of the HTTP API.
///
/// Texts that people wrote are left out, and prompts whose consent is withdrawn. Models that no
/// chain of comparisons connects cannot be compared, so each group of connected ones has strengths
/// of its own.
record ArenaResults(PlaygroundServices services) {
  private static final long SEED = 1;

  /// What the page shows.
  ///
  /// @param comparisons how many entries compare models
  /// @param groups of models that comparisons connect, the largest first
  record Shown(int comparisons, List<Group> groups) {}

  /// Models that are connected, the strongest first.
  record Group(List<Row> rows) {
    /// The position of a value on the axis of the figure, in percent of its width. What is not
    /// finite lies at the end.
    String along(double strength) {
      double low = edge(Estimate::low, -1);
      double high = edge(Estimate::high, 1);
      double share = (strength - low) / (high - low);
      return String.format(Locale.ROOT, "%.2f", 2 + 96 * Math.clamp(share, 0, 1));
    }

    /// The least or greatest finite number that is shown, and at least one on either side of 0.
    private double edge(ToDoubleFunction<Estimate> end, int side) {
      return side
          * rows.stream()
              .flatMap(row -> Stream.of(row.strength.value(), end.applyAsDouble(row.strength)))
              .filter(Double::isFinite)
              .mapToDouble(value -> side * value)
              .reduce(1, Math::max);
    }
  }

  /// A model.
  ///
  /// @param strength natural log-odds, 0 for the mean of the group
  /// @param votes how many entries compare it with another model
  record Row(String model, Estimate strength, int votes) {
    /// The strength with its interval: `0.41 (0.02 … 0.80)`.
    String text() {
      return number(strength.value())
          + " ("
          + number(strength.low())
          + " … "
          + number(strength.high())
          + ")";
    }

    private static String number(double value) {
      var text =
          Double.isInfinite(value)
              ? (value < 0 ? "-" : "") + "∞"
              : String.format(Locale.ROOT, "%.2f", value);
      return text.replace('-', '−');
    }
  }

  void show(Exchange exchange) {
    var entries = entries();
    var groups = groups(entries).stream().map(models -> group(models, entries)).toList();
    exchange.page("results.title", "results", Map.of("page", new Shown(entries.size(), groups)));
  }

  /// The entries that compare two models or more.
  private List<WithPrompt<Ranking>> entries() {
    var objection = services.intake().objection();
    var entries = new ArrayList<WithPrompt<Ranking>>();
    services
        .feedback()
        .each(given -> {
          if (objection.apply(given.prompt()).isEmpty() && models(given.item()).size() > 1) {
            entries.add(new WithPrompt<>(given.prompt(), ofModels(given.item())));
          }
        });
    return entries;
  }

  private static Set<String> models(Ranking ranking) {
    var models = new TreeSet<String>();
    ranking.outputs().forEach(output -> models.add(output.model()));
    models.remove(Output.HUMAN);
    return models;
  }

  /// The ranking without what people wrote.
  private static Ranking ofModels(Ranking ranking) {
    var places =
        IntStream.range(0, ranking.outputs().size())
            .filter(i -> !ranking.outputs().get(i).model().equals(Output.HUMAN))
            .boxed()
            .toList();
    var ranks = places.stream().map(ranking.ranks()::get).toList();
    return new Ranking(
        ranking.id(),
        ranking.promptId(),
        places.stream().map(ranking.outputs()::get).toList(),
        ranks.stream().map(rank -> 1 + (int) ranks.stream().filter(r -> r < rank).count()).toList(),
        ranking.labeler(),
        ranking.created());
  }

  /// The models of the entries in groups that entries connect.
  private static List<Set<String>> groups(List<WithPrompt<Ranking>> entries) {
    var groups = new ArrayList<Set<String>>();
    for (var entry : entries) {
      var merged = new TreeSet<>(models(entry.item()));
      var met =
          groups.stream()
              .filter(group -> group.stream().anyMatch(models(entry.item())::contains))
              .toList();
      met.forEach(merged::addAll);
      groups.removeAll(met);
      groups.add(merged);
    }
    groups.sort((one, other) -> Integer.compare(other.size(), one.size()));
    return groups;
  }

  private static Group group(Set<String> models, List<WithPrompt<Ranking>> entries) {
    var votes = new HashMap<String, Integer>();
    var own = entries.stream().filter(entry -> models.containsAll(models(entry.item()))).toList();
    own.forEach(
        entry -> models(entry.item()).forEach(model -> votes.merge(model, 1, Integer::sum)));
    var rows =
        WinRates.of(own).strengths(Bootstrap.seeded(SEED)).stream()
            .map(
                each -> new Row(each.model(), each.strength(), votes.getOrDefault(each.model(), 0)))
            .toList();
    return new Group(rows);
  }
}
