package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.records.Ranking;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Scope;

/// A ranking with what a reward model says of its completions.
///
/// @param ranked the ranking
/// @param rewards of the K completions
record ScoredRanking(TokenizedRanking ranked, double[] rewards) {

  /// Scores rankings.
  ///
  /// @param tokens how many cells go through the network at once
  static List<ScoredRanking> of(ScalarModel model, List<TokenizedRanking> rankings, int tokens) {
    var rows = rankings.stream().flatMap(ranked -> ranked.rows().stream()).toList();
    double[] rewards = rewards(model, rows, tokens);
    var scored = new ArrayList<ScoredRanking>();
    int first = 0;
    for (var ranked : rankings) {
      scored.add(
          new ScoredRanking(
              ranked, java.util.Arrays.copyOfRange(rewards, first, first + ranked.k())));
      first += ranked.k();
    }
    return scored;
  }

  /// The reward of each row, without gradients. Rows of similar length go together; the answer is
  /// in the order of the rows.
  static double[] rewards(ScalarModel model, List<EncodedExample> rows, int tokens) {
    var longestFirst =
        IntStream.range(0, rows.size())
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> rows.get(i).length()).reversed())
            .toList();
    var rewards = new double[rows.size()];
    int from = 0;
    while (from < rows.size()) {
      int width = rows.get(longestFirst.get(from)).length();
      int to = Math.min(rows.size(), from + Math.max(1, tokens / width));
      var places = longestFirst.subList(from, to);
      double[] part = once(model, places.stream().map(rows::get).toList());
      for (int i = 0; i < part.length; i++) {
        rewards[places.get(i)] = part[i];
      }
      from = to;
    }
    return rewards;
  }

  private static double[] once(ScalarModel model, List<EncodedExample> rows) {
    try (var _ = Scope.open()) {
      return Scope.constant(() ->
          model.rewards(MicroBatch.sequences(rows, model.parameters().flat().device())).doubles());
    }
  }

  List<Double> rewardsList() {
    return java.util.Arrays.stream(rewards).boxed().toList();
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

  /// How many of the pairs with these margins were told right: an equal pair is a coin's toss, half
  /// right.
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
      java.util.Arrays.stream(each.margins()).map(RankingLoss::ofPair).forEach(losses::add);
    }
    return prompts.values().stream()
        .mapToDouble(losses -> losses.stream().mapToDouble(loss -> loss).average().orElseThrow())
        .average()
        .orElseThrow();
  }
}
