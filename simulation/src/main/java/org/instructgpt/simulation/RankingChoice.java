package org.instructgpt.simulation;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Turns perceived utilities into ranks and ratings, and measures how often rankings agree.
final class RankingChoice {
  /// The utility at which the scale of overall quality ends.
  private static final double BEST_UTILITY = 1.15;

  private RankingChoice() {}

  /// Ranks from 1, the best, without gaps. The best output and all that are less than `tie` below
  /// it share a rank; so do the best of the rest and all that are less than `tie` below that; and
  /// so on.
  ///
  /// @param tie how close two outputs must be to seem equally good; equal ones always do
  static List<Integer> ranks(double[] utility, double tie) {
    List<Integer> order =
        IntStream.range(0, utility.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -utility[i]))
            .toList();
    int[] ranks = new int[utility.length];
    int rank = 0;
    double best = Double.POSITIVE_INFINITY;
    for (int i : order) {
      boolean tied = rank > 0 && (utility[i] == best || best - utility[i] < tie);
      if (!tied) {
        rank++;
        best = utility[i];
      }
      ranks[i] = rank;
    }
    return IntStream.of(ranks).boxed().toList();
  }

  /// A count of agreements and the pairs they come from.
  ///
  /// @param agreed pairs that both put in the same order, a pair that either ties counting half
  record Agreement(double agreed, long pairs) {
    static final Agreement NONE = new Agreement(0, 0);

    double rate() {
      return pairs == 0 ? 0.5 : agreed / pairs;
    }

    Agreement plus(Agreement other) {
      return new Agreement(agreed + other.agreed, pairs + other.pairs);
    }
  }

  /// The agreement of two rankings of the same outputs. The paper does not say how ties count; here
  /// a tie counts half, as in win rates.
  static Agreement agreement(List<Integer> one, List<Integer> other) {
    double agreed = 0;
    long pairs = 0;
    for (int a = 0; a < one.size(); a++) {
      for (int b = a + 1; b < one.size(); b++) {
        int product =
            Integer.compare(one.get(a), one.get(b)) * Integer.compare(other.get(a), other.get(b));
        agreed += (product + 1) / 2.0;
        pairs++;
      }
    }
    return new Agreement(agreed, pairs);
  }

  /// Agreement of everybody with everybody else.
  ///
  /// Of n people, p put a before b, m put b before a, and the rest tie. So C(p, 2) + C(m, 2) pairs
  /// of people agree on that pair of outputs, and half of the pairs of people in which somebody
  /// ties: no need to look at all pairs of people.
  ///
  /// @param rankings one list a person, with the ranks of the same samples in the same order
  static Agreement agreement(List<List<List<Integer>>> rankings) {
    return IntStream.range(0, rankings.getFirst().size())
        .mapToObj(sample -> rankings.stream().map(person -> person.get(sample)).toList())
        .map(RankingChoice::agreementOn)
        .reduce(Agreement.NONE, Agreement::plus);
  }

  private static Agreement agreementOn(List<List<Integer>> ranks) {
    int outputs = ranks.getFirst().size();
    double agreed = 0;
    for (int a = 0; a < outputs; a++) {
      for (int b = a + 1; b < outputs; b++) {
        agreed += agreeing(ranks, a, b);
      }
    }
    return new Agreement(agreed, (long) (pairsOf(ranks.size()) * pairsOf(outputs)));
  }

  private static double agreeing(List<List<Integer>> ranks, int a, int b) {
    int before = 0;
    int after = 0;
    for (List<Integer> person : ranks) {
      int order = Integer.compare(person.get(a), person.get(b));
      before += order < 0 ? 1 : 0;
      after += order > 0 ? 1 : 0;
    }
    double tied = pairsOf(ranks.size()) - pairsOf(before + after);
    return pairsOf(before) + pairsOf(after) + tied / 2;
  }

  private static double pairsOf(int of) {
    return of * (of - 1.0) / 2;
  }

  /// Agreement of two people over all samples.
  static Agreement between(List<List<Integer>> one, List<List<Integer>> other) {
    return IntStream.range(0, one.size())
        .mapToObj(i -> agreement(one.get(i), other.get(i)))
        .collect(Collectors.reducing(Agreement.NONE, Agreement::plus));
  }

  /// Share of the pairs of outputs that people tie.
  static double ties(List<List<List<Integer>>> rankings) {
    // A labeler agrees with themselves on all pairs, of which a tied one counts half: the rate is 1
    // minus half of the share of ties.
    double rate =
        rankings.stream()
            .map(own -> between(own, own))
            .reduce(Agreement.NONE, Agreement::plus)
            .rate();
    return 2 * (1 - rate);
  }

  /// The overall quality, 1 to 7, of an output with this utility: seven levels of equal width. The
  /// scale ends above the utility of a flawless answer, since taste adds to it.
  static int likert(double utility) {
    return Math.clamp(1 + (int) StrictMath.floor(7 * utility / BEST_UTILITY), 1, 7);
  }
}
