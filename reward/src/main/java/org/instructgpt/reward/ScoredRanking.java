package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.records.Ranking;

/// A ranking with the rewards of its completions.
///
/// @param ranked the ranking
/// @param rewards of the K completions
record ScoredRanking(TokenizedRanking ranked, double[] rewards) {

  /// Scores rankings.
  ///
  /// @param tokens how many cells go through the network at once
  static List<ScoredRanking> of(ScalarModel model, List<TokenizedRanking> rankings, int tokens) {
    var rows = rankings.stream().flatMap(ranked -> ranked.rows().stream()).toList();
    double[] rewards = SequenceScorer.longestFirst(tokens).rewards(model, rows);
    var scored = new ArrayList<ScoredRanking>();
    int first = 0;
    for (var ranked : rankings) {
      scored.add(new ScoredRanking(ranked, Arrays.copyOfRange(rewards, first, first + ranked.k())));
      first += ranked.k();
    }
    return scored;
  }

  List<Double> rewardsList() {
    return Arrays.stream(rewards).boxed().toList();
  }

  /// The reward of the better completion of each pair less that of the worse one.
  double[] margins() {
    return margins(pair -> rewards[pair.better()] - rewards[pair.worse()]);
  }

  /// The length of the better completion of each pair less that of the worse one, in tokens.
  double[] lengthMargins() {
    return margins(pair -> (double) length(pair.better()) - length(pair.worse()));
  }

  /// The number of tokens of a completion.
  int length(int completion) {
    return ranked.completions().get(completion).length;
  }

  private double[] margins(java.util.function.ToDoubleFunction<Ranking.Pair> margin) {
    return ranked.pairs().stream().mapToDouble(margin).toArray();
  }

  /// How many of the pairs with these margins were predicted right; equal rewards count as half.
  static double right(double[] margins) {
    double right = 0;
    for (double margin : margins) {
      right += right(margin);
    }
    return right;
  }

  /// 1 if the better one was preferred, 0 if the worse one was, 1/2 if neither.
  static double right(double margin) {
    return margin > 0 ? 1 : margin == 0 ? 0.5 : 0;
  }

  /// The K-wise loss of rankings, which have pairs: the mean over prompts of the mean over the
  /// pairs of all who ranked the prompt.
  static double loss(List<ScoredRanking> scored) {
    var prompts = new java.util.LinkedHashMap<String, List<Double>>();
    for (var each : scored) {
      var losses = prompts.computeIfAbsent(each.ranked.promptId(), _ -> new ArrayList<>());
      Arrays.stream(each.margins()).map(RankingLoss::ofPair).forEach(losses::add);
    }
    return prompts.values().stream()
        .mapToDouble(losses -> losses.stream().mapToDouble(loss -> loss).average().orElseThrow())
        .average()
        .orElseThrow();
  }
}
