package org.instructgpt.statistics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;

/// Finds labelers who vote at random or against the others.
///
/// **The idea.** Each vote on two outputs is compared with what the other labelers said of them
/// together; where they were divided, nothing is learned. The usual labeler agrees with the others
/// some 70 to 80% of the time, one who does not read half of the time, one who wants to do harm
/// less often. The evidence against a labeler is the logarithm of how many times likelier the votes
/// are from a coin than from the usual labeler, who is the median of all. A tie is half a vote each
/// way, so that tying everything is like a coin too.
///
/// **Votes of one ranking** belong together: K outputs are K - 1 decisions, not K (K - 1) / 2, so
/// each pair weighs 2 / K.
///
/// **How well.** Of labelers of whom 10% answer at random, backwards or with ties alone, at least
/// 90% are found after 50 votes, and at most 5% of the honest are suspected (`OutliersTest`).
/// Suspicion is a reason to look, not to dismiss.
///
/// Source: the idea of testing voters against the others is Chatbot Arena's; the likelihood ratio
/// is Wald's.
public final class Outliers {
  /// Votes that a judgment on a labeler needs.
  public static final int FEWEST = 50;

  /// Bounds of the usual labeler's rate: better than a coin, and not beyond doubt.
  private static final double LEAST_USUAL = 0.60;

  private static final double MOST_USUAL = 0.95;

  private Outliers() {}

  /// One labeler against the others.
  ///
  /// @param votes by weight, on outputs that others voted on too
  /// @param rate of those that agree with the others, where these were not divided; not a number if
  ///   they always were
  /// @param evidence for a coin, as a natural logarithm; below zero for the usual labeler
  public record Suspect(double votes, double rate, double evidence) {
    /// Whether there are enough votes, and a coin is likelier.
    public boolean outlier() {
      return votes >= FEWEST && evidence > 0;
    }
  }

  /// How votes agree with those of the others, by weight.
  ///
  /// @param decided votes where the others were not divided
  private record Tally(double along, double decided, double votes) {
    Tally plus(Tally more) {
      return new Tally(along + more.along, decided + more.decided, votes + more.votes);
    }

    Tally times(double weight) {
      return new Tally(weight * along, weight * decided, weight * votes);
    }

    double rate() {
      return along / decided;
    }
  }

  /// All labelers whose votes could be compared, by name.
  public static Map<String, Suspect> of(List<WithPrompt<Ranking>> rankings) {
    var tallies = new TreeMap<String, Tally>();
    new Votes(rankings)
        .byPrompt()
        .values()
        .forEach(pairs -> prompt(pairs).forEach((who, t) -> tallies.merge(who, t, Tally::plus)));
    double usual = usual(tallies);
    var suspects = new TreeMap<String, Suspect>();
    tallies.forEach((who, tally) ->
        suspects.put(who, new Suspect(tally.votes, tally.rate(), evidence(tally, usual))));
    return suspects;
  }

  /// One prompt's votes of each labeler.
  private static Map<String, Tally> prompt(Map<Votes.Pair, Map<String, Votes.Vote>> pairs) {
    var tallies = new HashMap<String, Tally>();
    var outputs = new HashMap<String, Set<Output>>();
    pairs.forEach((pair, votes) -> {
      int sum = votes.values().stream().mapToInt(Votes.Vote::order).sum();
      if (votes.size() > 1) {
        votes.forEach((who, vote) -> {
          tallies.merge(who, tally(vote.order(), Integer.signum(sum - vote.order())), Tally::plus);
          outputs
              .computeIfAbsent(who, _ -> new HashSet<>())
              .addAll(List.of(pair.first(), pair.second()));
        });
      }
    });
    tallies.replaceAll((who, tally) -> {
      int decisions = outputs.getOrDefault(who, Set.of()).size() - 1;
      return tally.times(Math.min(1, decisions / tally.votes));
    });
    return tallies;
  }

  private static Tally tally(int own, int others) {
    return others == 0 ? new Tally(0, 0, 1) : new Tally((1 + others * own) / 2.0, 1, 1);
  }

  /// The median rate, of those with enough votes if there are such.
  private static double usual(Map<String, Tally> tallies) {
    double[] rates = rates(tallies, FEWEST);
    if (rates.length == 0) {
      rates = rates(tallies, 0);
    }
    double median = rates.length == 0 ? LEAST_USUAL : Bootstrap.quantile(rates, 0.5);
    return Math.clamp(median, LEAST_USUAL, MOST_USUAL);
  }

  private static double[] rates(Map<String, Tally> tallies, double least) {
    return tallies.values().stream()
        .filter(tally -> tally.votes >= least && tally.decided > 0)
        .mapToDouble(Tally::rate)
        .sorted()
        .toArray();
  }

  private static double evidence(Tally tally, double usual) {
    return tally.along * Math.log(0.5 / usual)
        + (tally.decided - tally.along) * Math.log(0.5 / (1 - usual));
  }
}
