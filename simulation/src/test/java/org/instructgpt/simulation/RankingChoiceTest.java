package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RankingChoiceTest {

  @Test
  void closeOutputsShareARankAndRanksHaveNoGaps() {
    double[] utility = {0.50, 0.90, 0.52, 0.10, 0.53};
    assertThat(RankingChoice.ranks(utility, 0.05)).containsExactly(2, 1, 2, 3, 2);
    assertThat(RankingChoice.ranks(utility, 0.025)).containsExactly(3, 1, 2, 4, 2);
    assertThat(RankingChoice.ranks(new double[] {0.3, 0.3}, 0)).containsExactly(1, 1);
  }

  @Test
  void aTieIsHalfAnAgreement() {
    // Pairs: (1,2) same order, (1,3) tied by one, (2,3) opposite.
    RankingChoice.Agreement agreement = RankingChoice.agreement(List.of(1, 2, 3), List.of(1, 3, 1));
    assertThat(agreement.pairs()).isEqualTo(3);
    assertThat(agreement.agreed()).isEqualTo(1.5);
    assertThat(agreement.rate()).isEqualTo(0.5);
  }

  @Test
  void agreementOfThreeIsThatOfAllPairsOfLabelers() {
    List<List<Integer>> one = List.of(List.of(1, 2, 3), List.of(1, 1));
    List<List<Integer>> two = List.of(List.of(1, 3, 1), List.of(1, 2));
    List<List<Integer>> three = List.of(List.of(3, 2, 1), List.of(1, 2));
    RankingChoice.Agreement all = RankingChoice.agreement(List.of(one, two, three));
    // Couples agree on 1.5, 0 and 1.5 of three pairs, and on 0.5, 0.5 and 1 of one.
    assertThat(all.agreed()).isEqualTo(5.0);
    assertThat(all.pairs()).isEqualTo(12);
  }

  @Test
  void tiesAreCounted() {
    assertThat(RankingChoice.ties(List.of(List.of(List.of(1, 1, 2)), List.of(List.of(1, 2, 3)))))
        .isCloseTo(1 / 6.0, within(1e-12));
  }

  @Test
  void gumbelNoiseGivesTheBradleyTerryModel() {
    RandomGenerator random = SeededRandom.of(1, "gumbel");
    double better = 0.3;
    double tau = 0.25;
    int wins = 0;
    double sum = 0;
    int n = 40_000;
    for (int i = 0; i < n; i++) {
      double a = SeededRandom.gumbel(random);
      double b = SeededRandom.gumbel(random);
      sum += a + b;
      wins += better + tau * a > tau * b ? 1 : 0;
    }
    assertThat(wins / (double) n).isCloseTo(1 / (1 + Math.exp(-better / tau)), within(0.01));
    assertThat(sum / n).isCloseTo(0, within(0.03));
  }

  @Test
  void likertHasSevenLevelsOfEqualWidth() {
    assertThat(RankingChoice.likert(-1)).isEqualTo(1);
    assertThat(RankingChoice.likert(0.16)).isEqualTo(1);
    assertThat(RankingChoice.likert(0.17)).isEqualTo(2);
    assertThat(RankingChoice.likert(0.575)).isEqualTo(4);
    assertThat(RankingChoice.likert(0.98)).isEqualTo(6);
    assertThat(RankingChoice.likert(1.0)).isEqualTo(7);
    assertThat(RankingChoice.likert(1.4)).isEqualTo(7);
  }

  @Test
  void namesThatAreSplitDifferentlyGiveDifferentSources() {
    assertThat(SeededRandom.hash(1, "ab", "c")).isNotEqualTo(SeededRandom.hash(1, "a", "bc"));
    assertThat(SeededRandom.of(1, "a").nextLong()).isEqualTo(SeededRandom.of(1, "a").nextLong());
    assertThat(SeededRandom.of(1, "a").nextLong()).isNotEqualTo(SeededRandom.of(2, "a").nextLong());
  }
}
