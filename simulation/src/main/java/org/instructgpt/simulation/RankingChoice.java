package org.instructgpt.simulation;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How what somebody feels about outputs becomes ranks, and how often two people agree.
final class RankingChoice {
  /// Where the scale of overall quality ends.
  private static final double BEST = 1.15;

  private RankingChoice() {}

  /// Ranks from 1, the best, without gaps. The best output and all that are less than `tie` below
  /// it share a rank; so do the best of the rest and all that are less than `tie` below that; and
  /// so on.
  ///
  /// @param tie how close two outputs must be to seem equally good; equal ones always do
  static List<Integer> ranks(double[] liking, double tie) {
    List<Integer> order =
        IntStream.range(0, liking.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -liking[i]))
            .toList();
    int[] ranks = new int[liking.length];
    int rank = 0;
    double best = Double.POSITIVE_INFINITY;
    for (int i : order) {
      boolean tied = rank > 0 && (liking[i] == best || best - liking[i] < tie);
      if (!tied) {
        rank++;
        best = liking[i];
      }
      ranks[i] = rank;
    }
    return IntStream.of(ranks).boxed().toList();
  }

  /// Agreements and the pairs they come from.
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

  /// How two rankings of the same outputs agree. The paper does not say how ties count (2.2); a tie
  /// is half a vote each way here, as in win rates.
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
  /// Of n people, p put a before b, m put b before a, and the rest tie. So C(p, 2) + C(m, 2)
  /// couples agree on that pair of outputs, and half of those agree in which somebody ties: no need
  /// to look at all couples.
  ///
  /// @param rankings one list a person, with the ranks of the same samples in the same order
  static Agreement agreement(List<List<List<Integer>>> rankings) {
    return IntStream.range(0, rankings.getFirst().size())
        .mapToObj(sample -> rankings.stream().map(person -> person.get(sample)).toList())
        .map(RankingChoice::agreementOnSample)
        .reduce(Agreement.NONE, Agreement::plus);
  }

  private static Agreement agreementOnSample(List<List<Integer>> ranks) {
    int outputs = ranks.getFirst().size();
    double agreed = 0;
    for (int a = 0; a < outputs; a++) {
      for (int b = a + 1; b < outputs; b++) {
        agreed += agreeing(ranks, a, b);
      }
    }
    return new Agreement(agreed, (long) (couples(ranks.size()) * couples(outputs)));
  }

  private static double agreeing(List<List<Integer>> ranks, int a, int b) {
    int before = 0;
    int after = 0;
    for (List<Integer> person : ranks) {
      int order = Integer.compare(person.get(a), person.get(b));
      before += order < 0 ? 1 : 0;
      after += order > 0 ? 1 : 0;
    }
    double tied = couples(ranks.size()) - couples(before + after);
    return couples(before) + couples(after) + tied / 2;
  }

  private static double couples(int of) {
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
    // Whoever agrees with themselves on all pairs but the tied ones, half of which count, ties so
    // many.
    double rate =
        rankings.stream()
            .map(own -> between(own, own))
            .reduce(Agreement.NONE, Agreement::plus)
            .rate();
    return 2 * (1 - rate);
  }

  /// The overall quality, 1 to 7: seven levels of equal width. The best is for answers that are
  /// more than flawless, which taste makes possible.
  static int likert(double liking) {
    return Math.clamp(1 + (int) StrictMath.floor(7 * liking / BEST), 1, 7);
  }
}
