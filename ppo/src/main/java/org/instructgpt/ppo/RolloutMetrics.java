package org.instructgpt.ppo;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.instructgpt.model.HealthGates;
import org.instructgpt.ppo.Rollout.Response;

/// Metrics of a rollout (docs/specification.md 7.9).
final class RolloutMetrics {
  private RolloutMetrics() {}

  /// Metrics of the responses: the reward model's score, also apart for those that ended and those
  /// that were cut, as far as there are any; the KL to the reference (summed over a response,
  /// nats), length (tokens), the share that ended themselves, and the entropy (nats a token,
  /// estimated by the negative log-probability of what was sampled).
  static Map<String, Double> ofResponses(Rollout rollout, RolloutScores scores) {
    double rows = rollout.responses().size();
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("score", Moments.of(scores.scores()).mean());
    score(rollout, scores, true).ifPresent(mean -> metrics.put("score_ended", mean));
    score(rollout, scores, false).ifPresent(mean -> metrics.put("score_cut", mean));
    metrics.put(HealthGates.KL, kl(rollout, scores));
    metrics.put(HealthGates.RESPONSE_LENGTH, rollout.tokens() / rows);
    metrics.put(
        HealthGates.EOS_RATE, rollout.responses().stream().filter(Response::ended).count() / rows);
    metrics.put(HealthGates.ENTROPY, -Moments.of(scores.logProbs()).mean());
    return metrics;
  }

  private static OptionalDouble score(Rollout rollout, RolloutScores scores, boolean ended) {
    return IntStream.range(0, rollout.responses().size())
        .filter(b -> rollout.responses().get(b).ended() == ended)
        .mapToDouble(b -> scores.scores()[b])
        .average();
  }

  /// The KL of policy and reference, summed over a response, averaged over responses; nats.
  static double kl(Rollout rollout, RolloutScores scores) {
    double sum = sum(scores.logProbs()) - sum(scores.reference());
    return sum / rollout.responses().size();
  }

  /// Metrics of rewards and advantages: the parts of the reward (means of a response's sums), how
  /// well values predicted it if a network does, and the spread of the advantages before whitening.
  static Map<String, Double> ofAdvantages(
      Rollout rollout, RolloutScores scores, Advantages advantages, double klCoefficient) {
    double rows = rollout.responses().size();
    var raw = Moments.of(advantages.raw());
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("score_std", Moments.of(scores.scores()).deviation());
    metrics.put("kl_coefficient", klCoefficient);
    metrics.put("kl_reward", -klCoefficient * sum(advantages.kl()) / rows);
    metrics.put("reward", sum(advantages.rewards()) / rows);
    if (scores.values().length > 0) {
      metrics.put("value", Moments.of(scores.values()).mean());
      metrics.put("explained_variance", explainedVariance(advantages.returns(), scores.values()));
    }
    metrics.put("advantage_mean", raw.mean());
    metrics.put("advantage_std", raw.deviation());
    return metrics;
  }

  /// How much the responses differ from each other: the share of 1-grams and of 2-grams that are
  /// distinct, over the whole batch.
  static Map<String, Double> ofVariety(Rollout rollout) {
    var responses = rollout.responses().stream().map(Response::tokens).toList();
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("distinct_1", distinct(responses, 1));
    metrics.put("distinct_2", distinct(responses, 2));
    return metrics;
  }

  /// 1 less the mean squared error over the returns' variance; 1 for exact predictions, 0 for those
  /// no better than a constant. 0 where the returns are all equal.
  static double explainedVariance(double[] returns, double[] values) {
    double variance = Moments.of(returns).variance();
    double error = 0;
    for (int n = 0; n < returns.length; n++) {
      error += (returns[n] - values[n]) * (returns[n] - values[n]) / returns.length;
    }
    return variance == 0 ? 0 : 1 - error / variance;
  }

  /// Distinct n-grams over n-grams; 0 where there are none.
  static double distinct(List<int[]> responses, int n) {
    var seen = new HashSet<List<Integer>>();
    int count = 0;
    for (int[] tokens : responses) {
      var boxed = Arrays.stream(tokens).boxed().toList();
      for (int from = 0; from + n <= tokens.length; from++) {
        seen.add(boxed.subList(from, from + n));
        count++;
      }
    }
    return count == 0 ? 0 : (double) seen.size() / count;
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }
}
