package org.instructgpt.reward;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The rewards of completions that ended by themselves, and of those that a limit cut off, apart.
///
/// A reward is read at a completion's last token. In one that ended that is the end-of-text token,
/// in one that was cut an ordinary one, so the model may score one kind well and the other badly.
///
/// @param ended those with an end of text
/// @param cut those without
public record RewardsByEnding(Kind ended, Kind cut) {
  /// Completions of one kind.
  ///
  /// @param completions how many
  /// @param mean of their rewards, 0 where there are none
  /// @param deviation of their rewards, 0 where there are none
  public record Kind(int completions, double mean, double deviation) {
    static Kind of(double[] rewards) {
      double mean = IntStream.range(0, rewards.length).mapToDouble(i -> rewards[i]).sum();
      mean /= Math.max(1, rewards.length);
      double squares = 0;
      for (double reward : rewards) {
        squares += (reward - mean) * (reward - mean);
      }
      return new Kind(rewards.length, mean, Math.sqrt(squares / Math.max(1, rewards.length)));
    }
  }

  /// @param rewards of completions
  /// @param ended whether each of them ended by itself
  static RewardsByEnding of(List<Double> rewards, List<Boolean> ended) {
    return new RewardsByEnding(
        Kind.of(of(rewards, ended, true)), Kind.of(of(rewards, ended, false)));
  }

  static RewardsByEnding of(List<ScoredRanking> scored) {
    return of(
        scored.stream().flatMap(each -> each.rewardsList().stream()).toList(),
        scored.stream().flatMap(each -> each.ranked().ended().stream()).toList());
  }

  private static double[] of(List<Double> rewards, List<Boolean> ended, boolean kind) {
    return IntStream.range(0, rewards.size())
        .filter(i -> ended.get(i) == kind)
        .mapToDouble(rewards::get)
        .toArray();
  }

  /// The means, as far as there are completions of the kind, and the share that ended.
  Map<String, Double> metrics() {
    var metrics = new LinkedHashMap<String, Double>();
    if (ended.completions > 0) {
      metrics.put("reward_ended", ended.mean);
    }
    if (cut.completions > 0) {
      metrics.put("reward_cut", cut.mean);
    }
    int all = Math.max(1, ended.completions + cut.completions);
    metrics.put("eos_rate", (double) ended.completions / all);
    return metrics;
  }
}
