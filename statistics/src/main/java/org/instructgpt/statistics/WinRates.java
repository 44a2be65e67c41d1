package org.instructgpt.statistics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.instructgpt.files.Count;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Estimate.Cluster;

/// How often labelers prefer one model's outputs to another's (InstructGPT section 4.1, Fig. 1).
///
/// Every ranking that holds outputs of both models compares them: a win counts 1, a tie 1/2. The
/// judgments of different labelers of one prompt, and the several outputs of one ranking, are one
/// cluster of the interval, since they share the prompt.
public final class WinRates {
  private final List<WithPrompt<Ranking>> rankings;
  private final List<String> models;

  /// One model against another.
  ///
  /// @param share of the comparisons that the model won, a tie being half a win
  /// @param prompts how many of them compared the two
  /// @param comparisons how many
  public record WinRate(
      String model, String baseline, Estimate share, int prompts, int comparisons) {}

  /// How strong a model is by all comparisons with all others.
  ///
  /// @param strength natural log-odds, 0 for the mean of the models: the odds that one model beats
  ///   another are e to the difference of their strengths
  public record Strength(String model, Estimate strength) {}

  private WinRates(List<WithPrompt<Ranking>> rankings) {
    this.rankings = List.copyOf(rankings);
    this.models = List.copyOf(models(rankings));
  }

  /// The comparisons of these rankings.
  ///
  /// @throws IllegalArgumentException if none of them compares two models
  public static WinRates of(List<WithPrompt<Ranking>> rankings) {
    if (rankings.stream().noneMatch(ranking -> models(List.of(ranking)).size() > 1)) {
      throw new IllegalArgumentException(
          "expected rankings of outputs of two models or more, found %s, each of a single model's outputs: rank the outputs of several models together"
              .formatted(Count.of(rankings.size(), "ranking")));
    }
    return new WinRates(rankings);
  }

  private static Collection<String> models(List<WithPrompt<Ranking>> rankings) {
    var names = new TreeSet<String>();
    rankings.forEach(ranking -> ranking.item().outputs().forEach(o -> names.add(o.model())));
    return names;
  }

  /// All models that somebody ranked, by name.
  public List<String> models() {
    return models;
  }

  /// One model against another.
  ///
  /// @throws IllegalArgumentException if no ranking holds outputs of both
  public WinRate of(String model, String baseline) {
    return met(rankings, model, baseline)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "expected a ranking with outputs of both '%s' and '%s', found none among %d; models that were ranked: %s"
                    .formatted(model, baseline, rankings.size(), models)));
  }

  /// All models that met the baseline, by name.
  ///
  /// @throws IllegalArgumentException if none did
  public List<WinRate> against(String baseline) {
    var rates =
        models.stream()
            .filter(model -> !model.equals(baseline))
            .flatMap(model -> met(rankings, model, baseline).stream())
            .toList();
    if (rates.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a ranking with an output of '%s' and one of another model, found none; models that were ranked: %s"
              .formatted(baseline, models));
    }
    return rates;
  }

  /// One model against another on each use case of Table 1 on which they met. Prompts whose use
  /// case nobody settled are left out.
  public SortedMap<UseCase, WinRate> byUseCase(String model, String baseline) {
    return by(ranking -> ranking.prompt().useCase(), model, baseline);
  }

  /// One model against another by each pool of labelers.
  ///
  /// @param pools the pool of each labeler, by id; rankings of others are left out
  public SortedMap<Pool, WinRate> byPool(Map<String, Pool> pools, String model, String baseline) {
    return by(ranking -> Optional.ofNullable(pools.get(ranking.item().labeler())), model, baseline);
  }

  /// One model against another on each group of rankings in which they met.
  ///
  /// @param <K> what names a group
  /// @param key the group of a ranking; those without are left out
  public <K extends Comparable<K>> SortedMap<K, WinRate> by(
      Function<WithPrompt<Ranking>, Optional<K>> key, String model, String baseline) {
    var groups = new TreeMap<K, List<WithPrompt<Ranking>>>();
    for (var ranking : rankings) {
      key.apply(ranking)
          .ifPresent(k -> groups.computeIfAbsent(k, _ -> new ArrayList<>()).add(ranking));
    }
    var rates = new TreeMap<K, WinRate>();
    groups.forEach((k, group) -> met(group, model, baseline).ifPresent(rate -> rates.put(k, rate)));
    return rates;
  }

  /// By how much the win rate of one model against a baseline is above that of another against the
  /// same baseline, measured on the same prompts.
  ///
  /// @throws IllegalArgumentException if one of the two never met the baseline
  public Estimate lead(String model, String other, String baseline) {
    of(model, baseline);
    of(other, baseline);
    return Estimate.lead(
        0, 1, clusters(rankings, model, baseline), clusters(rankings, other, baseline));
  }

  /// Each model against each other (M, M), in the order of [#models]: the share of the row's wins
  /// over the column. 1/2 on the diagonal; not a number where the two never met.
  public double[][] matrix() {
    int m = models.size();
    var shares = new double[m][m];
    for (int i = 0; i < m * m; i++) {
      shares[i / m][i % m] =
          i / m == i % m
              ? 0.5
              : met(rankings, models.get(i / m), models.get(i % m))
                  .map(rate -> rate.share.value())
                  .orElse(Double.NaN);
    }
    return shares;
  }

  /// The strengths by [Bradley and Terry][BradleyTerry], the strongest first, with bootstrap
  /// intervals clustered by prompt.
  ///
  /// @throws IllegalArgumentException if the models fall into groups that never met
  public List<Strength> strengths(Bootstrap bootstrap) {
    var prompts = new LinkedHashMap<String, double[][]>();
    for (var ranking : rankings) {
      addWins(
          ranking.item(),
          prompts.computeIfAbsent(
              ranking.prompt().id(), _ -> new double[models.size()][models.size()]));
    }
    return BradleyTerry.strengths(models, List.copyOf(prompts.values()), bootstrap);
  }

  private void addWins(Ranking ranking, double[][] wins) {
    int[] who =
        ranking.outputs().stream().mapToInt(output -> models.indexOf(output.model())).toArray();
    for (int a = 0; a < who.length; a++) {
      for (int b = 0; b < who.length; b++) {
        if (who[a] != who[b]) {
          wins[who[a]][who[b]] += won(ranking, a, b);
        }
      }
    }
  }

  private static Optional<WinRate> met(
      List<WithPrompt<Ranking>> rankings, String model, String baseline) {
    var clusters = clusters(rankings, model, baseline);
    int comparisons = (int) clusters.values().stream().mapToDouble(Cluster::of).sum();
    return comparisons == 0
        ? Optional.empty()
        : Optional.of(
            new WinRate(
                model, baseline, Estimate.of(clusters.values()), clusters.size(), comparisons));
  }

  /// By prompt, how many of the comparisons of the two the model won.
  private static SequencedMap<String, Cluster> clusters(
      List<WithPrompt<Ranking>> rankings, String model, String baseline) {
    var clusters = new LinkedHashMap<String, Cluster>();
    for (var ranking : rankings) {
      var met = comparisons(ranking.item(), model, baseline);
      if (met.of() > 0) {
        clusters.merge(ranking.prompt().id(), met, Cluster::plus);
      }
    }
    return clusters;
  }

  private static Cluster comparisons(Ranking ranking, String model, String baseline) {
    var outputs = ranking.outputs();
    var sum = new Cluster(0, 0);
    for (int a = 0; a < outputs.size(); a++) {
      for (int b = 0; b < outputs.size(); b++) {
        if (a != b && isBy(outputs.get(a), model) && isBy(outputs.get(b), baseline)) {
          sum = sum.plus(new Cluster(won(ranking, a, b), 1));
        }
      }
    }
    return sum;
  }

  private static boolean isBy(Output output, String model) {
    return output.model().equals(model);
  }

  /// 1 if output `a` was found better than `b`, 1/2 if they tied, 0 else.
  private static double won(Ranking ranking, int a, int b) {
    int order = Integer.compare(ranking.ranks().get(b), ranking.ranks().get(a));
    return (order + 1) / 2.0;
  }
}
