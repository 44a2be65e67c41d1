package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.junit.jupiter.api.Test;

class LabelerPairTest {
  private static final List<String> MODELS = List.of("a", "b", "c");

  @Test
  void pairsAreCountedByHand() {
    var labelerPairs =
        LabelerPair.of(
            List.of(
                Samples.ranking("p", "ann", MODELS, 1, 2, 3),
                Samples.later(60, "p", "bob", MODELS, 2, 1, 2)));
    // a-b: opposite; a-c: bob ties; b-c: the same
    assertThat(labelerPairs).hasSize(1);
    var labelerPair = labelerPairs.getFirst();
    assertThat(labelerPair.one()).isEqualTo("ann");
    assertThat(labelerPair.other()).isEqualTo("bob");
    assertThat(labelerPair.pairs()).isEqualTo(3);
    assertThat(labelerPair.strict()).isEqualTo(2);
    assertThat(labelerPair.same()).isEqualTo(1);
    assertThat(labelerPair.half()).isEqualTo(1.5);
    assertThat(labelerPair.later())
        .isEqualTo(Samples.later(60, "p", "x", MODELS, 1, 1, 1).item().created());
  }

  @Test
  void ofTwoJudgmentsOfOneLabelerTheLaterCounts() {
    var labelerPairs =
        LabelerPair.of(
            List.of(
                Samples.later(9, "p", "ann", MODELS, 1, 2, 3),
                Samples.ranking("p", "ann", MODELS, 3, 2, 1),
                Samples.ranking("p", "bob", MODELS, 1, 2, 3)));
    assertThat(labelerPairs).hasSize(1);
    assertThat(labelerPairs.getFirst().same()).isEqualTo(3);
  }

  @Test
  void aLabelerWhoRankedAloneHasNoPair() {
    assertThat(LabelerPair.of(List.of(Samples.ranking("p", "ann", MODELS, 1, 2, 3)))).isEmpty();
  }

  @Test
  void allPairsTogetherAgreeAsOftenAsAgreementSays() {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    for (int i = 0; i < 300; i++) {
      rankings.add(
          Samples.later(
              i,
              "p" + random.nextInt(40),
              "w" + random.nextInt(6),
              MODELS,
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              1 + random.nextInt(3)));
    }
    var whole = Agreement.ofRankings(rankings, Bootstrap.seeded(1));
    var parts = LabelerPair.agreement(LabelerPair.of(rankings));
    assertThat(parts.value()).isCloseTo(whole.tiesAsHalf().value(), within(1e-9));
    assertThat(parts.low()).isCloseTo(whole.tiesAsHalf().low(), within(1e-9));
    assertThat(parts.high()).isCloseTo(whole.tiesAsHalf().high(), within(1e-9));
    int same = LabelerPair.of(rankings).stream().mapToInt(LabelerPair::same).sum();
    int strict = LabelerPair.of(rankings).stream().mapToInt(LabelerPair::strict).sum();
    assertThat(same / (double) strict).isCloseTo(whole.withoutTies().value(), within(1e-9));
  }
}
