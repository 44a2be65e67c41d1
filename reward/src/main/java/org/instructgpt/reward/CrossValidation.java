package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.torch.Scope;

/// Cross-validation over labelers: whether a reward model predicts the preferences of people it was
/// not trained on (InstructGPT section 4.1).
///
/// The labelers are split into five groups of roughly equal data. For each group a model learns
/// from the other four, and its accuracy is measured on held-out prompts twice: against the
/// labelers it learned from and against the group it never saw. The paper got 72.4 +/- 0.4% and
/// 69.6 +/- 0.9% with three seeds. Both are measured on prompts that no model was trained on, so
/// that the gap is one between people and not one between seen and unseen prompts.
///
/// Models of the same fold and different seeds share their data, so they are averaged first; the
/// standard error is that of the folds' means.
///
/// @param runs one for each fold and seed
/// @param sameLabelers accuracy against the labelers of the training groups
/// @param otherLabelers accuracy against the labelers of the held-out group
public record CrossValidation(List<Run> runs, Mean sameLabelers, Mean otherLabelers) {
  /// The paper's number of groups.
  public static final int FOLDS = 5;

  /// One model.
  ///
  /// @param fold counted from 0
  /// @param seed it was trained with
  /// @param heldOutLabelers those whose rankings it was not trained on
  /// @param sameLabelers accuracy over the held-out prompts' pairs of the others
  /// @param otherLabelers accuracy over the held-out prompts' pairs of those
  public record Run(
      int fold,
      long seed,
      List<String> heldOutLabelers,
      Estimate sameLabelers,
      Estimate otherLabelers) {}

  /// A mean over folds.
  ///
  /// @param error its standard error
  public record Mean(double value, double error) {
    static Mean of(double[] values) {
      double mean = 0;
      for (double value : values) {
        mean += value / values.length;
      }
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      return new Mean(mean, Math.sqrt(squares / (values.length - 1) / values.length));
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f +/- %.1f%%", 100 * value, 100 * error);
    }
  }

  /// Trains a model from scratch. What it makes belongs to the scope that is open.
  @FunctionalInterface
  public interface Training {
    /// @param rankings of the labelers to learn from
    /// @param seed of initialisation and order
    ScalarModel train(List<TokenizedRanking> rankings, long seed);
  }

  /// Rankings to train on and to measure on.
  ///
  /// @param training rankings
  /// @param heldOut rankings of other prompts, by the same labelers
  public record Data(List<TokenizedRanking> training, List<TokenizedRanking> heldOut) {
    /// Leaves out rankings that are one tie.
    public Data {
      training = training.stream().filter(TokenizedRanking::hasPairs).toList();
      heldOut = heldOut.stream().filter(TokenizedRanking::hasPairs).toList();
    }
  }

  /// Copies the list.
  public CrossValidation {
    runs = List.copyOf(runs);
  }

  /// Trains a model for each fold and seed, one after another.
  ///
  /// @param folds number of groups, at least 2; the paper's is [#FOLDS]
  /// @param seeds one model a fold for each
  /// @param tokens how many cells (rows times the longest row) are scored at once
  /// @throws IllegalArgumentException if there are fewer labelers than folds, or a group without
  ///   held-out pairs
  public static CrossValidation of(
      Data data, int folds, List<Long> seeds, Training training, int tokens) {
    if (seeds.isEmpty()) {
      throw new IllegalArgumentException("expected at least one seed, found none");
    }
    var groups = groups(data, folds);
    var runs = new ArrayList<Run>();
    for (int fold = 0; fold < folds; fold++) {
      for (long seed : seeds) {
        runs.add(run(data, fold, groups.get(fold), seed, training, tokens));
      }
    }
    return new CrossValidation(
        runs,
        mean(runs, folds, run -> run.sameLabelers.value()),
        mean(runs, folds, run -> run.otherLabelers.value()));
  }

  private static Mean mean(
      List<Run> runs, int folds, java.util.function.ToDoubleFunction<Run> accuracy) {
    var means = new double[folds];
    for (int fold = 0; fold < folds; fold++) {
      int which = fold;
      means[fold] =
          runs.stream()
              .filter(run -> run.fold == which)
              .mapToDouble(accuracy)
              .average()
              .orElseThrow();
    }
    return Mean.of(means);
  }

  private static Run run(
      Data data, int fold, Set<String> group, long seed, Training training, int tokens) {
    try (var _ = Scope.open()) {
      var model = training.train(of(data.training, group, false), seed);
      return new Run(
          fold,
          seed,
          List.copyOf(group),
          accuracy(model, of(data.heldOut, group, false), tokens),
          accuracy(model, of(data.heldOut, group, true), tokens));
    }
  }

  private static Estimate accuracy(ScalarModel model, List<TokenizedRanking> rankings, int tokens) {
    return PairAccuracy.overPairs(
        ScoredRanking.of(model, rankings, tokens), ScoredRanking::margins);
  }

  private static List<TokenizedRanking> of(
      List<TokenizedRanking> rankings, Set<String> group, boolean inside) {
    return rankings.stream().filter(r -> group.contains(r.labeler()) == inside).toList();
  }

  /// Labelers in groups of roughly equal numbers of pairs: those with most pairs first, each to the
  /// group that has fewest.
  static List<Set<String>> groups(Data data, int folds) {
    var pairs = new LinkedHashMap<String, Long>();
    for (var rankings : List.of(data.training, data.heldOut)) {
      rankings.forEach(r -> pairs.merge(r.labeler(), (long) r.pairs().size(), Long::sum));
    }
    if (folds < 2 || pairs.size() < folds) {
      throw new IllegalArgumentException(
          "expected at least 2 folds and as many labelers as folds, found %d folds and %d labelers %s: use fewer folds or rankings of more people"
              .formatted(folds, pairs.size(), pairs.keySet()));
    }
    var groups = new ArrayList<Set<String>>();
    var loads = new long[folds];
    for (int g = 0; g < folds; g++) {
      groups.add(new TreeSet<>());
    }
    pairs.entrySet().stream()
        .sorted(
            Comparator.comparingLong((java.util.Map.Entry<String, Long> e) -> -e.getValue())
                .thenComparing(java.util.Map.Entry::getKey))
        .forEach(entry -> {
          int least = lightest(loads);
          groups.get(least).add(entry.getKey());
          loads[least] += entry.getValue();
        });
    groups.forEach(group -> requireHeldOut(data, group));
    return groups;
  }

  private static int lightest(long[] loads) {
    int least = 0;
    for (int g = 1; g < loads.length; g++) {
      least = loads[g] < loads[least] ? g : least;
    }
    return least;
  }

  private static void requireHeldOut(Data data, Set<String> group) {
    if (of(data.heldOut, group, true).isEmpty() || of(data.heldOut, group, false).isEmpty()) {
      throw new IllegalArgumentException(
          "expected rankings of held-out prompts by the labelers %s and by others, found none of one of them: hold more prompts out or use fewer folds"
              .formatted(group));
    }
  }
}
