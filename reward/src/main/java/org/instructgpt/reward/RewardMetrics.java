package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.torch.Readings;

/// Accumulates the metrics of a step over its micro-batches. What these made on an accelerator is
/// read at the end.
final class RewardMetrics {
  private double loss;
  private double right;
  private int pairs;
  private int completions;
  private double sum;
  private double squares;
  private long tokens;
  private final List<Part> parts = new ArrayList<>();
  private final List<Double> rewards = new ArrayList<>();
  private final List<Boolean> ended = new ArrayList<>();

  private record Part(
      Readings made, RankingLoss.Comparisons compared, int[] lengths, List<Boolean> ended) {}

  /// @param made the part's loss, a share of the batch's, and the rewards of its B completions
  /// @param compared its pairs
  /// @param lengths of its B rows, in tokens
  /// @param ended whether each of its B completions ended by itself
  void add(Readings made, RankingLoss.Comparisons compared, int[] lengths, List<Boolean> ended) {
    parts.add(new Part(made, compared, lengths, ended));
  }

  private void add(Part part) {
    double[] made = part.made.read();
    double[] rewards = Arrays.copyOfRange(made, 1, made.length);
    var compared = part.compared;
    this.loss += made[0];
    Arrays.stream(rewards).forEach(this.rewards::add);
    this.ended.addAll(part.ended);
    for (int i = 0; i < compared.better().length; i++) {
      right += ScoredRanking.right(rewards[compared.better()[i]] - rewards[compared.worse()[i]]);
    }
    pairs += compared.better().length;
    completions += rewards.length;
    sum += Arrays.stream(rewards).sum();
    squares += Arrays.stream(rewards).map(r -> r * r).sum();
    tokens += Arrays.stream(part.lengths).asLongStream().sum();
  }

  /// The step's metrics; the accuracy is that before the update.
  Map<String, Double> metrics() {
    parts.forEach(this::add);
    parts.clear();
    double mean = sum / completions;
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("loss", loss);
    metrics.put("accuracy", right / pairs);
    metrics.put("reward_mean", mean);
    metrics.put("reward_deviation", Math.sqrt(Math.max(0, squares / completions - mean * mean)));
    metrics.putAll(RewardsByEnding.of(rewards, ended).metrics());
    metrics.put("pairs", (double) pairs);
    metrics.put("completions", (double) completions);
    metrics.put("tokens", (double) tokens);
    return metrics;
  }
}
