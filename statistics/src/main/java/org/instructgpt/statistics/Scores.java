package org.instructgpt.statistics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.instructgpt.records.Rating;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Estimate.Cluster;

/// Scores of models' outputs and their means: the Likert scale (InstructGPT Fig. 7), the flags of
/// Table 3 (Fig. 4), answers to a benchmark, rewards.
///
/// The scores of one prompt, whoever gave them, are one cluster of a model's interval; two models
/// are compared on the same prompts.
public final class Scores {
  private final SequencedMap<String, SequencedMap<String, Cluster>> models = new LinkedHashMap<>();
  private final double least;
  private final double most;

  /// The score of an output.
  ///
  /// @param model that wrote it
  /// @param prompt name of the prompt or of the benchmark's question
  public record Score(String model, String prompt, double value) {}

  /// The mean of a model's scores.
  ///
  /// @param prompts how many of them were scored
  /// @param scores how many
  public record Mean(String model, Estimate mean, int prompts, int scores) {}

  private Scores(double least, double most, List<Score> scores) {
    this.least = least;
    this.most = most;
    for (var score : scores) {
      if (!(score.value >= least && score.value <= most)) {
        throw new IllegalArgumentException(
            "expected scores from %s to %s, found %s for '%s' on the prompt '%s'"
                .formatted(least, most, score.value, score.model, score.prompt));
      }
      models
          .computeIfAbsent(score.model, _ -> new LinkedHashMap<>())
          .merge(score.prompt, new Cluster(score.value, 1), Cluster::plus);
    }
  }

  /// Unbounded scores, such as rewards.
  ///
  /// @throws IllegalArgumentException if one is not a number
  public static Scores of(List<Score> scores) {
    return new Scores(-Double.MAX_VALUE, Double.MAX_VALUE, scores);
  }

  /// Bounded scores: the intervals stay within them, and a scale that everybody used alike does not
  /// look certain. For what is right or wrong, 0 and 1.
  ///
  /// @throws IllegalArgumentException if one lies outside
  public static Scores within(double least, double most, List<Score> scores) {
    return new Scores(least, most, scores);
  }

  /// Overall quality, 1 to 7.
  public static Scores quality(List<WithPrompt<Rating>> ratings) {
    return within(1, 7, scores(ratings, Rating::quality));
  }

  /// How often a flag is set, 0 to 1.
  public static Scores flag(Rating.Flag flag, List<WithPrompt<Rating>> ratings) {
    return within(0, 1, scores(ratings, rating -> rating.flags().contains(flag) ? 1 : 0));
  }

  private static List<Score> scores(
      List<WithPrompt<Rating>> ratings, java.util.function.ToDoubleFunction<Rating> value) {
    return ratings.stream()
        .map(rating ->
            new Score(
                rating.item().output().model(),
                rating.prompt().id(),
                value.applyAsDouble(rating.item())))
        .toList();
  }

  /// All models that were scored, in the order in which they first appear.
  public List<String> models() {
    return List.copyOf(models.keySet());
  }

  /// The mean of a model's scores.
  ///
  /// @throws IllegalArgumentException if it has none
  public Mean of(String model) {
    var clusters = clusters(model);
    int scores = (int) clusters.values().stream().mapToDouble(Cluster::of).sum();
    return new Mean(model, mean(clusters), clusters.size(), scores);
  }

  /// The means of all models, in the order of [#models].
  public List<Mean> means() {
    return models.keySet().stream().map(this::of).toList();
  }

  /// By how much the mean of one model is above that of another, on the prompts that both were
  /// scored on.
  ///
  /// @throws IllegalArgumentException if there is no such prompt
  public Estimate lead(String model, String other) {
    var ours = new TreeMap<>(clusters(model));
    var theirs = new TreeMap<>(clusters(other));
    ours.keySet().retainAll(theirs.keySet());
    theirs.keySet().retainAll(ours.keySet());
    if (ours.isEmpty()) {
      throw new IllegalArgumentException(
          "expected prompts on which both '%s' and '%s' were scored, found none"
              .formatted(model, other));
    }
    return bounded() ? Estimate.lead(least, most, ours, theirs) : Estimate.lead(ours, theirs);
  }

  private Estimate mean(Map<String, Cluster> clusters) {
    return bounded()
        ? Estimate.within(least, most, clusters.values())
        : Estimate.mean(clusters.values());
  }

  private boolean bounded() {
    return most < Double.MAX_VALUE;
  }

  private Map<String, Cluster> clusters(String model) {
    var clusters = models.get(model);
    if (clusters == null) {
      throw new IllegalArgumentException(
          "expected one of the models that were scored, %s, found '%s'"
              .formatted(new ArrayList<>(models.keySet()), model));
    }
    return clusters;
  }
}
