package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Tensor;

/// Collects what the micro-batches of a step make, on all ranks, and tells the metrics of the whole
/// batch. What was made on an accelerator is read at the end.
///
/// Belongs to the scope that is open when it is built.
final class RewardMetrics {
  private final List<JudgedPrompt> batch;
  private final Readings losses = new Readings();
  private final Readings rewards = new Readings();

  /// The places of the read rewards among those of the batch, in the order in which they are read.
  private final List<Integer> places = new ArrayList<>();

  private long tokens;

  /// @param batch all prompts of the step
  RewardMetrics(List<JudgedPrompt> batch) {
    this.batch = batch;
  }

  /// @param part of the batch
  /// @param loss the part's, a share of the batch's
  /// @param made the rewards of its B completions
  /// @param lengths of its rows, in tokens
  void add(MicroBatch part, Tensor loss, Tensor made, int[] lengths) {
    losses.add(loss);
    rewards.add(made);
    tokens += Arrays.stream(lengths).asLongStream().sum();
    for (int place : part.places()) {
      int first = batch.subList(0, place).stream().mapToInt(JudgedPrompt::k).sum();
      for (int i = 0; i < batch.get(place).k(); i++) {
        places.add(first + i);
      }
    }
  }

  /// The step's metrics, of all ranks together; the accuracy is that before the update.
  Map<String, Double> metrics(Ranks ranks) {
    double[] all = ranks.together(own());
    var compared = RankingLoss.Comparisons.of(batch, batch.size());
    double right = 0;
    for (int i = 0; i < compared.better().length; i++) {
      right += ScoredRanking.right(all[compared.better()[i]] - all[compared.worse()[i]]);
    }
    double mean = Arrays.stream(all).sum() / all.length;
    double squares = Arrays.stream(all).map(reward -> reward * reward).sum() / all.length;
    var ended = batch.stream().flatMap(judged -> judged.ended().stream()).toList();
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("loss", ranks.sum(losses.sum()));
    metrics.put("accuracy", right / compared.better().length);
    metrics.put("reward_mean", mean);
    metrics.put("reward_deviation", Math.sqrt(Math.max(0, squares - mean * mean)));
    metrics.putAll(RewardsByEnding.of(Arrays.stream(all).boxed().toList(), ended).metrics());
    metrics.put("pairs", (double) compared.better().length);
    metrics.put("completions", (double) all.length);
    metrics.put("tokens", ranks.sum(tokens));
    return metrics;
  }

  /// This rank's rewards in their places, and zeros in those of the others.
  private double[] own() {
    var all = new double[batch.stream().mapToInt(JudgedPrompt::k).sum()];
    double[] read = rewards.read();
    for (int i = 0; i < read.length; i++) {
      all[places.get(i)] = read[i];
    }
    return all;
  }
}
