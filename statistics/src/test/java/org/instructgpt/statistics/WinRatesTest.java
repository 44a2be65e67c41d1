package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Estimate.Cluster;
import org.junit.jupiter.api.Test;

class WinRatesTest {
  private static final List<String> THREE = List.of("base", "sft", "ppo");

  /// Against the base model, `sft` wins, wins and ties on prompt p, and loses on q: 2.5 of 4.
  private static final List<WithPrompt<Ranking>> FEW =
      List.of(
          Samples.about(UseCase.CHAT, Samples.ranking("p", "ann", THREE, 3, 2, 1)),
          Samples.about(UseCase.CHAT, Samples.ranking("p", "bob", THREE, 2, 1, 3)),
          Samples.about(UseCase.CHAT, Samples.ranking("p", "cid", THREE, 2, 2, 1)),
          Samples.about(UseCase.REWRITE, Samples.ranking("q", "ann", THREE, 1, 3, 1)),
          Samples.ranking("r", "ann", List.of("ppo", "sft"), 1, 2));

  @Test
  void aWinCountsOneAndATieAHalf() {
    var rate = WinRates.of(FEW).of("sft", "base");

    assertThat(rate.share())
        .isEqualTo(Estimate.of(List.of(new Cluster(2.5, 3), new Cluster(0, 1))));
    assertThat(rate.prompts()).isEqualTo(2);
    assertThat(rate.comparisons()).isEqualTo(4);
  }

  @Test
  void theOtherWayRoundIsTheRest() {
    var rates = WinRates.of(FEW);

    var there = rates.of("ppo", "sft").share();
    var back = rates.of("sft", "ppo").share();

    assertThat(there.value()).isEqualTo(4 / 5.0);
    assertThat(back.value()).isCloseTo(1 - there.value(), within(1e-12));
    assertThat(back.low()).isCloseTo(1 - there.high(), within(1e-12));
  }

  @Test
  void severalOutputsOfAModelAreAsManyComparisons() {
    var rates =
        WinRates.of(
            List.of(
                Samples.ranking("p", "ann", List.of("a", "b", "a", "b"), 1, 2, 3, 3),
                Samples.ranking("q", "ann", List.of("a", "a"), 1, 2)));

    assertThat(rates.of("a", "b").comparisons()).isEqualTo(4);
    assertThat(rates.of("a", "b").share().value()).isEqualTo((1 + 1 + 0 + 0.5) / 4);
  }

  @Test
  void allModelsStandAgainstOneBaselineAndEachOther() {
    var rates = WinRates.of(FEW);

    assertThat(rates.models()).containsExactly("base", "ppo", "sft");
    assertThat(rates.against("base"))
        .containsExactly(rates.of("ppo", "base"), rates.of("sft", "base"));
    assertThat(rates.matrix())
        .isDeepEqualTo(
            new double[][] {
              {0.5, 1.5 / 4, 1.5 / 4}, {2.5 / 4, 0.5, 4 / 5.0}, {2.5 / 4, 1 / 5.0, 0.5}
            });
  }

  @Test
  void ratesByUseCaseAndByPoolAreThoseOfTheGroupsAlone() {
    var rates = WinRates.of(FEW);

    var chat = WinRates.of(FEW.subList(0, 3)).of("sft", "base");
    assertThat(rates.byUseCase("sft", "base"))
        .containsOnlyKeys(UseCase.CHAT, UseCase.REWRITE)
        .containsEntry(UseCase.CHAT, chat);
    var pools = Map.of("ann", Pool.TRAINING, "bob", Pool.HELD_OUT);
    var byPool = rates.byPool(pools, "ppo", "sft");
    assertThat(byPool).containsOnlyKeys(Pool.TRAINING, Pool.HELD_OUT);
    assertThat(byPool.get(Pool.TRAINING).share().value()).isEqualTo(1);
    assertThat(byPool.get(Pool.HELD_OUT).share()).isEqualTo(new Estimate(0, 0, 1));
  }

  @Test
  void theLeadIsTheDifferenceOfTwoWinRates() {
    var rates = WinRates.of(FEW);

    var lead = rates.lead("ppo", "sft", "base");

    assertThat(lead)
        .isEqualTo(
            Estimate.lead(
                    Map.of("p", new Cluster(2, 3), "q", new Cluster(0.5, 1)),
                    Map.of("p", new Cluster(2.5, 3), "q", new Cluster(0, 1)))
                .clamp(-1, 1));
  }

  @Test
  void modelsThatNeverMetAreNamed() {
    var rates =
        WinRates.of(
            List.of(
                Samples.ranking("p", "ann", List.of("a", "b"), 1, 2),
                Samples.ranking("p", "ann", List.of("c", "d"), 1, 2)));

    assertThatThrownBy(() -> rates.of("a", "c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("outputs of both 'a' and 'c', found none among 2")
        .hasMessageContaining("[a, b, c, d]");
    assertThatThrownBy(() -> rates.against("e")).hasMessageContaining("'e'");
    assertThat(rates.matrix()[0][2]).isNaN();
    assertThatThrownBy(() -> rates.strengths(Bootstrap.seeded(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found none between [a, b] and [c, d]");
    assertThatThrownBy(
            () -> WinRates.of(List.of(Samples.ranking("p", "ann", List.of("a", "a"), 1, 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two models or more, found 1 ranking,");
  }

  /// A prompt is easy (the model wins 9 of 10 that are no tie) or hard (3 of 10), one to three
  /// people rank it, and a fifth are ties: 0.2 / 2 + 0.8 * 0.6 = 0.58. The other model wins a fixed
  /// 0.4 of the comparisons.
  @Test
  void ninetyFiveOfAHundredIntervalsHoldTheTruth() {
    var random = new Random(5);
    int held = 0;
    int heldLead = 0;
    for (int t = 0; t < 1000; t++) {
      var rankings = new ArrayList<WithPrompt<Ranking>>();
      for (int p = 0; p < 80; p++) {
        double own = random.nextBoolean() ? 0.9 : 0.3;
        int people = 1 + random.nextInt(3);
        for (int l = 0; l < people; l++) {
          boolean won = random.nextDouble() < own;
          rankings.add(
              random.nextDouble() < 0.2
                  ? Samples.ranking("p" + p, "l" + l, THREE, 2, second(random), 2)
                  : Samples.ranking("p" + p, "l" + l, THREE, 2, second(random), won ? 1 : 3));
        }
      }
      var rates = WinRates.of(rankings);
      held += Samples.holds(rates.of("ppo", "base").share(), 0.58) ? 1 : 0;
      heldLead += Samples.holds(rates.lead("ppo", "sft", "base"), 0.58 - 0.4) ? 1 : 0;
    }

    Samples.assertCovers(held);
    Samples.assertCovers(heldLead);
  }

  private static int second(Random random) {
    return random.nextDouble() < 0.4 ? 1 : 3;
  }
}
