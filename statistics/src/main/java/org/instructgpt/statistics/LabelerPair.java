package org.instructgpt.statistics;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Estimate.Cluster;

/// How often two labelers agree who compared the same outputs of a prompt. Summed over all pairs of
/// labelers this is the rate of [Agreement]; summed over those of one labeler or of one week, the
/// rate of that labeler or week.
///
/// @param one the labeler whose name comes first
/// @param later when the later of the two ranked
/// @param pairs of outputs that both compared
/// @param strict those that neither tied
/// @param same those of the strict ones that both put in the same order
/// @param half pairs in the same order or tied by both, and half of those that one tied
public record LabelerPair(
    String prompt,
    String one,
    String other,
    Instant later,
    int pairs,
    int strict,
    int same,
    double half) {

  /// All pairs of labelers, prompt by prompt.
  public static List<LabelerPair> of(List<WithPrompt<Ranking>> rankings) {
    var labelerPairs = new ArrayList<LabelerPair>();
    new Votes(rankings)
        .byPrompt()
        .forEach((prompt, pairs) -> {
          var met = new LinkedHashMap<List<String>, LabelerPair>();
          pairs.values().forEach(votes -> meet(prompt, votes, met));
          labelerPairs.addAll(met.values());
        });
    return List.copyOf(labelerPairs);
  }

  private static void meet(
      String prompt, Map<String, Votes.Vote> votes, Map<List<String>, LabelerPair> met) {
    var names = List.copyOf(votes.keySet());
    for (int a = 0; a < names.size(); a++) {
      for (int b = a + 1; b < names.size(); b++) {
        met.merge(
            List.of(names.get(a), names.get(b)),
            of(prompt, names.get(a), names.get(b), votes),
            LabelerPair::plus);
      }
    }
  }

  private static LabelerPair of(
      String prompt, String one, String other, Map<String, Votes.Vote> votes) {
    var first = votes.getOrDefault(one, new Votes.Vote(0, Instant.EPOCH));
    var second = votes.getOrDefault(other, new Votes.Vote(0, Instant.EPOCH));
    int product = first.order() * second.order();
    return new LabelerPair(
        prompt,
        one,
        other,
        first.at().isAfter(second.at()) ? first.at() : second.at(),
        1,
        product == 0 ? 0 : 1,
        product > 0 ? 1 : 0,
        1 - Math.abs(first.order() - second.order()) / 2.0);
  }

  private LabelerPair plus(LabelerPair more) {
    return new LabelerPair(
        prompt,
        one,
        other,
        later.isAfter(more.later) ? later : more.later,
        pairs + more.pairs,
        strict + more.strict,
        same + more.same,
        half + more.half);
  }

  public boolean has(String labeler) {
    return one.equals(labeler) || other.equals(labeler);
  }

  /// The share of agreement of some pairs of labelers, a tie being half of either answer, clustered
  /// by prompt.
  ///
  /// @throws IllegalArgumentException if there are none
  public static Estimate agreement(Collection<LabelerPair> labelerPairs) {
    var prompts = new LinkedHashMap<String, Cluster>();
    labelerPairs.forEach(labelerPair ->
        prompts.merge(
            labelerPair.prompt, new Cluster(labelerPair.half, labelerPair.pairs), Cluster::plus));
    return Estimate.of(prompts.values());
  }
}
