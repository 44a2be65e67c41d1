package org.instructgpt.dpo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.torch.Readings;

/// Accumulates what is measured of a batch over its parts. What these made on an accelerator is
/// read at the end; all arithmetic is in double precision.
final class PreferenceMetrics {
  private final PreferenceLoss ofPairs;
  private final List<Part> parts = new ArrayList<>();
  private double loss;
  private double right;
  private double chosenReward;
  private double rejectedReward;
  private double chosenLogProb;
  private double rejectedLogProb;
  private double logRatios;
  private int pairs;
  private int completions;

  private record Part(Readings logProbs, double[] reference, PreferenceLoss.Compared compared) {}

  PreferenceMetrics(PreferenceLoss ofPairs) {
    this.ofPairs = ofPairs;
  }

  /// @param logProbs of the part's completions under the policy (B), nats
  /// @param reference the same under the reference
  /// @param compared the part's pairs
  void add(Readings logProbs, double[] reference, PreferenceLoss.Compared compared) {
    parts.add(new Part(logProbs, reference, compared));
  }

  private void add(Part part) {
    double[] policy = part.logProbs.read();
    var compared = part.compared;
    for (int b = 0; b < policy.length; b++) {
      logRatios += policy[b] - part.reference[b];
    }
    completions += policy.length;
    for (int i = 0; i < compared.weights().length; i++) {
      int better = compared.better()[i];
      int worse = compared.worse()[i];
      double won = policy[better] - part.reference[better];
      double lost = policy[worse] - part.reference[worse];
      loss += compared.weights()[i] * ofPairs.ofPair(won - lost);
      right += won > lost ? 1 : won == lost ? 0.5 : 0;
      chosenReward += ofPairs.beta() * won;
      rejectedReward += ofPairs.beta() * lost;
      chosenLogProb += policy[better];
      rejectedLogProb += policy[worse];
    }
    pairs += compared.weights().length;
  }

  /// The loss; the share of pairs in which the better completion has the higher implicit reward,
  /// ties counted half; the mean margin and the mean implicit rewards of both; their mean
  /// log-probabilities; the mean log-ratio of all completions.
  Map<String, Double> metrics() {
    parts.forEach(this::add);
    parts.clear();
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("loss", loss);
    metrics.put("accuracy", right / pairs);
    metrics.put("margin", (chosenReward - rejectedReward) / pairs);
    metrics.put("chosen_reward", chosenReward / pairs);
    metrics.put("rejected_reward", rejectedReward / pairs);
    metrics.put("chosen_log_prob", chosenLogProb / pairs);
    metrics.put("rejected_log_prob", rejectedLogProb / pairs);
    metrics.put("log_ratio", logRatios / completions);
    return metrics;
  }

  /// How much was in the batch; to be asked for after [#metrics].
  Map<String, Double> counts() {
    var counts = new LinkedHashMap<String, Double>();
    counts.put("pairs", (double) pairs);
    counts.put("completions", (double) completions);
    return counts;
  }
}
