package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutliersTest {
  private static final int PEOPLE = 40;
  private static final int OVERLAP = 3;

  /// How somebody ranks who does not rank by what the outputs are worth.
  private enum Adversary {
    AT_RANDOM,
    BACKWARDS,
    TIES_EVERYTHING
  }

  @Test
  void votesAreComparedWithThoseOfTheOthers() {
    var models = List.of("a", "b");
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    for (int p = 0; p < 60; p++) {
      rankings.add(Samples.ranking("p" + p, "ann", models, 1, 2));
      rankings.add(Samples.ranking("p" + p, "bob", models, 1, 2));
      rankings.add(Samples.ranking("p" + p, "cem", models, 1, 2));
      rankings.add(
          p < 15
              ? Samples.ranking("p" + p, "dan", models, 1, 2)
              : Samples.ranking("p" + p, "dan", models, 2, 1));
    }
    var suspects = Outliers.of(rankings);
    // the three others agree on each of the 60; ann is always with the two of bob, cem and dan
    assertThat(suspects.get("ann").votes()).isEqualTo(60);
    assertThat(suspects.get("ann").rate()).isEqualTo(1);
    assertThat(suspects.get("dan").rate()).isEqualTo(0.25);
    // 15 times log(0.5 / 0.95) and 45 times log(0.5 / 0.05)
    assertThat(suspects.get("dan").evidence())
        .isCloseTo(15 * Math.log(0.5 / 0.95) + 45 * Math.log(10), within(1e-9));
    assertThat(suspects.get("dan").outlier()).isTrue();
    assertThat(suspects.get("ann").outlier()).isFalse();
  }

  @Test
  void fewVotesAreNoReasonForSuspicion() {
    var models = List.of("a", "b");
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    for (int p = 0; p < Outliers.FEWEST - 1; p++) {
      for (String who : List.of("ann", "bob", "cem")) {
        rankings.add(Samples.ranking("p" + p, who, models, 1, 2));
      }
      rankings.add(Samples.ranking("p" + p, "dan", models, 2, 1));
    }
    assertThat(Outliers.of(rankings).get("dan").evidence()).isPositive();
    assertThat(Outliers.of(rankings).get("dan").outlier()).isFalse();
  }

  @Test
  void thirtySixPairsOfOneRankingAreEightDecisions() {
    var models = IntStream.range(0, 9).mapToObj(i -> "m" + i).toList();
    var rankings =
        List.of(
            Samples.ranking("p", "ann", models, 1, 2, 3, 4, 5, 6, 7, 8, 9),
            Samples.ranking("p", "bob", models, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    assertThat(Outliers.of(rankings).get("ann").votes()).isCloseTo(8, within(1e-9));
  }

  @Test
  void nobodyIsSuspectedWithoutOthers() {
    assertThat(Outliers.of(List.of())).isEmpty();
    assertThat(Outliers.of(List.of(Samples.ranking("p", "ann", List.of("a", "b"), 1, 2))))
        .isEmpty();
  }

  /// 100 groups of 40 people, 10% of whom are adversaries, who agree as often as the paper's do.
  @ParameterizedTest
  @EnumSource
  void adversariesAreFoundAfterFiftyVotesAndTheHonestAreLeftAlone(Adversary kind) {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(4);
    int found = 0;
    int adversaries = 0;
    int alarms = 0;
    int honest = 0;
    double agreement = 0;
    for (int group = 0; group < 100; group++) {
      var rankings = rankings(kind, group % 2 == 0 ? 2 : 4 + group % 6, random);
      var suspects = Outliers.of(rankings);
      for (int person = 0; person < PEOPLE; person++) {
        boolean outlier = suspects.get("w" + person).outlier();
        if (isAdversary(person)) {
          adversaries++;
          found += outlier ? 1 : 0;
        } else {
          honest++;
          alarms += outlier ? 1 : 0;
        }
      }
      agreement += honestAgreement(rankings);
    }
    assertThat(agreement / 100).as("as the paper's labelers").isBetween(0.70, 0.76);
    assertThat(found / (double) adversaries).as("found").isGreaterThanOrEqualTo(0.90);
    assertThat(alarms / (double) honest).as("false alarms").isLessThanOrEqualTo(0.05);
  }

  private static boolean isAdversary(int person) {
    return person % 10 == 0;
  }

  private static double honestAgreement(List<WithPrompt<Ranking>> rankings) {
    var labelerPairs =
        LabelerPair.of(rankings).stream()
            .filter(c -> !isAdversary(Integer.parseInt(c.one().substring(1))))
            .filter(c -> !isAdversary(Integer.parseInt(c.other().substring(1))))
            .toList();
    return labelerPairs.stream().mapToInt(LabelerPair::same).sum()
        / (double) labelerPairs.stream().mapToInt(LabelerPair::strict).sum();
  }

  /// Every person ranks K outputs of as many prompts as make fifty decisions.
  private static List<WithPrompt<Ranking>> rankings(Adversary kind, int k, RandomGenerator random) {
    int each = (int) Math.ceil(51.0 / (k - 1));
    var turns = new ArrayList<Integer>();
    for (int turn = 0; turn < each; turn++) {
      var people = new ArrayList<>(IntStream.range(0, PEOPLE).boxed().toList());
      Collections.shuffle(people, random);
      turns.addAll(people);
    }
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    for (int at = 0; at + OVERLAP <= turns.size(); at += OVERLAP) {
      double[] worth = random.doubles(k).toArray();
      for (int person : turns.subList(at, at + OVERLAP)) {
        rankings.add(ranking("p" + at, person, worth, isAdversary(person) ? kind : null, random));
      }
    }
    return rankings;
  }

  private static WithPrompt<Ranking> ranking(
      String prompt,
      int person,
      double[] worth,
      @org.jspecify.annotations.Nullable Adversary kind,
      RandomGenerator random) {
    int k = worth.length;
    // Some are more careful than others.
    double noise = 0.16 + 0.012 * (person % 10);
    double[] seen = new double[k];
    for (int i = 0; i < k; i++) {
      seen[i] = worth[i] + noise * random.nextGaussian();
      if (kind != null) {
        seen[i] =
            switch (kind) {
              case AT_RANDOM -> random.nextDouble();
              case BACKWARDS -> -worth[i];
              case TIES_EVERYTHING -> 0;
            };
      }
    }
    var ranks = new Integer[k];
    for (int i = 0; i < k; i++) {
      ranks[i] = 1;
      for (double other : seen) {
        ranks[i] += other > seen[i] + 0.03 ? 1 : 0;
      }
    }
    var models = IntStream.range(0, k).mapToObj(i -> "m" + i).toList();
    return Samples.ranking(prompt, "w" + person, models, ranks);
  }
}
