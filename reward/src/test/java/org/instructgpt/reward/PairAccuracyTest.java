package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Estimate.Cluster;
import org.junit.jupiter.api.Test;

class PairAccuracyTest {

  @Test
  void rankingsOfOnePromptAreOneCluster() {
    var ranks = List.of(1, 2);
    var right = new double[] {1, 0};
    var wrong = new double[] {0, 1};
    var one =
        List.of(
            new ScoredRanking(Toys.judged("p", "ann", ranks), right),
            new ScoredRanking(Toys.judged("p", "bob", ranks), right),
            new ScoredRanking(Toys.judged("q", "ann", ranks), wrong));

    assertThat(PairAccuracy.overPairs(one, ScoredRanking::margins))
        .isEqualTo(Estimate.of(List.of(new Cluster(2, 2), new Cluster(0, 1))));
    assertThat(PairAccuracy.overPrompts(one, ScoredRanking::margins).value()).isEqualTo(0.5);
  }

  @Test
  void theLeadOverARuleHasItsOwnInterval() {
    var random = new Random(1);
    var scored = new ArrayList<ScoredRanking>();
    for (int p = 0; p < 300; p++) {
      // the shorter one is better in 60 of 100; the rewards repeat the lengths in 80 of 100
      boolean shorter = random.nextDouble() < 0.6;
      boolean follows = random.nextDouble() < 0.8;
      double margin = (shorter ? -1 : 1) * (follows ? 1 : -1);
      scored.add(
          new ScoredRanking(
              Toys.judged("p" + p, "ann", List.of(1, 2), shorter ? 1 : 2, shorter ? 2 : 1),
              new double[] {margin, 0}));
    }
    var ours = PairAccuracy.overPairs(scored, ScoredRanking::margins);
    var longer = PairAccuracy.overPairs(scored, ScoredRanking::lengthMargins);

    var lead = PairAccuracy.lead(scored, ScoredRanking::margins, ScoredRanking::lengthMargins);

    assertThat(lead.value()).isCloseTo(ours.value() - longer.value(), within(1e-12));
    assertThat(lead.low()).isLessThan(lead.value()).isGreaterThan(ours.low() - longer.high());
    assertThat(lead.high()).isGreaterThan(lead.value()).isLessThan(ours.high() - longer.low());
  }
}
