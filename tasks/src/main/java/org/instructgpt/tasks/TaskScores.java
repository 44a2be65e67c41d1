package org.instructgpt.tasks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Estimate.Cluster;

/// How a model did in a task.
///
/// @param answers what it said or chose, by the questions' names; for pairs of sentences nothing
/// @param scores of each answer
/// @param shortened how many questions lost their beginning, as the context was too short for them
public record TaskScores(
    PublicTask task,
    SequencedMap<String, String> answers,
    SequencedMap<String, Double> scores,
    SequencedMap<String, TextOverlap.Counts> counts,
    int shortened) {
  private static final long SEED = 1;

  TaskScores(
      PublicTask task,
      SequencedMap<String, String> answers,
      SequencedMap<String, Double> scores,
      int shortened) {
    this(task, answers, scores, new LinkedHashMap<>(), shortened);
  }

  /// The task's metric with its 95% interval over questions.
  public Estimate estimate() {
    var metric = task.metric();
    if (metric == TaskMetric.BLEU) {
      return Bootstrap.seeded(SEED)
          .estimates(
              metric.least(),
              metric.most(),
              List.copyOf(counts.values()),
              some -> new double[] {TextOverlap.bleu(some)})
          .getFirst();
    }
    return Estimate.within(metric.least(), metric.most(), clusters().values());
  }

  /// By how much this is above another model's, on the same questions.
  public Estimate lead(TaskScores other) {
    var metric = task.metric();
    if (metric == TaskMetric.BLEU) {
      record Both(TextOverlap.Counts ours, TextOverlap.Counts theirs) {}
      var both = new ArrayList<Both>();
      counts.forEach((name, ours) -> {
        var theirs = other.counts.get(name);
        if (theirs != null) {
          both.add(new Both(ours, theirs));
        }
      });
      return Bootstrap.seeded(SEED)
          .estimate(
              both,
              some ->
                  TextOverlap.bleu(some.stream().map(Both::ours).toList())
                      - TextOverlap.bleu(some.stream().map(Both::theirs).toList()));
    }
    return Estimate.lead(metric.least(), metric.most(), clusters(), other.clusters());
  }

  private Map<String, Cluster> clusters() {
    var clusters = new LinkedHashMap<String, Cluster>();
    scores.forEach((name, score) -> clusters.put(name, new Cluster(score, 1)));
    return clusters;
  }
}
