package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.dkpro.statistics.agreement.coding.CodingAnnotationStudy;
import org.dkpro.statistics.agreement.coding.KrippendorffAlphaAgreement;
import org.dkpro.statistics.agreement.coding.PercentageAgreement;
import org.dkpro.statistics.agreement.distance.NominalDistanceFunction;
import org.dkpro.statistics.agreement.distance.OrdinalDistanceFunction;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating.Flag;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Estimate.Cluster;
import org.instructgpt.statistics.Krippendorff.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgreementTest {
  private static final List<String> THREE = List.of("a", "b", "c");
  private static final Bootstrap BOOTSTRAP = Bootstrap.seeded(1);

  /// Of prompt p, ann says a > b > c and bob a > c > b, who saw them in another order: they agree
  /// about (a, b) and (a, c), not about (b, c). Of prompt q, ann says a > b = c and cid a = b > c:
  /// (a, c) alone has no tie, and they agree; of the others, one is a tie in either's eyes.
  private static final List<WithPrompt<Ranking>> FEW =
      List.of(
          Samples.ranking("p", "ann", THREE, 1, 2, 3),
          Samples.ranking("p", "bob", List.of("c", "a", "b"), 2, 1, 3),
          Samples.ranking("q", "ann", THREE, 1, 2, 2),
          Samples.ranking("q", "cid", THREE, 1, 1, 2),
          Samples.ranking("r", "ann", THREE, 1, 2, 3));

  @Test
  void theAgreementOfAFewWorkedByHand() {
    var agreement = Agreement.ofRankings(FEW, BOOTSTRAP);

    assertThat(agreement.labelers()).isEqualTo(3);
    assertThat(agreement.prompts()).isEqualTo(2);
    assertThat(agreement.comparisons()).isEqualTo(6);
    assertThat(agreement.withoutTies())
        .isEqualTo(Estimate.of(List.of(new Cluster(2, 3), new Cluster(1, 1))));
    assertThat(agreement.tiesAsAnswer())
        .isEqualTo(Estimate.of(List.of(new Cluster(2, 3), new Cluster(1, 3))));
    assertThat(agreement.tiesAsHalf())
        .isEqualTo(Estimate.of(List.of(new Cluster(2, 3), new Cluster(2, 3))));
  }

  /// Both ways round the comparisons above are 12 things of two values: (1, 1), (1, 1), (1, -1),
  /// (1, 0), (1, 1), (0, 1) and their mirror images. Ones, minus ones: 10 each; zeros: 4; n = 24.
  /// Of ordered pairs, o(1, -1) = 2, o(1, 0) = 2 and o(-1, 0) = 2, each twice: 12 in all. Nominal:
  /// 1 - 23 * 12 / (2 * (10 * 10 + 10 * 4 + 10 * 4)). Ordinal: d(1, 0) = 10 / 2 + 4 / 2 = 7, d(1,
  /// -1) = 5 + 4 + 5 = 14, so 1 - 23 * (4 * 196 + 8 * 49) / (2 * (100 * 196 + 80 * 49)).
  @Test
  void alphaOfAFewWorkedByHand() {
    var agreement = Agreement.ofRankings(FEW, BOOTSTRAP);

    assertThat(agreement.nominal().value()).isCloseTo(1 - 23 * 12.0 / 360, within(1e-12));
    assertThat(agreement.ordinal().value())
        .isCloseTo(1 - 23 * (4 * 196 + 8 * 49) / (2.0 * (100 * 196 + 80 * 49)), within(1e-12));
  }

  /// The worked example of Krippendorff 2011: four observers, twelve units, values 1 to 5, gaps.
  /// His results are 0.743 (nominal) and 0.815 (ordinal).
  @Test
  void krippendorffsOwnExampleComesOutAsHePrintedIt() {
    var units =
        List.of(
            List.of(1, 1, 1),
            List.of(2, 2, 3, 2),
            List.of(3, 3, 3, 3),
            List.of(3, 3, 3, 3),
            List.of(2, 2, 2, 2),
            List.of(1, 2, 3, 4),
            List.of(4, 4, 4, 4),
            List.of(1, 1, 2, 1),
            List.of(2, 2, 2, 2),
            List.of(5, 5, 5),
            List.of(1, 1),
            List.of(3));
    var matrix = Krippendorff.coincidences(units, 6);

    assertThat(Krippendorff.alpha(matrix, Scale.NOMINAL)).isCloseTo(0.743, within(5e-4));
    assertThat(Krippendorff.alpha(matrix, Scale.ORDINAL)).isCloseTo(0.815, within(5e-4));
  }

  /// Four people value 60 things, each with a gap in 3 of 10; some are valued by one alone.
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void alphaIsThatOfAnotherImplementation(int values) {
    for (int seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      var study = new CodingAnnotationStudy(4);
      var things = new ArrayList<List<Integer>>();
      for (int i = 0; i < 60; i++) {
        Integer[] given = given(random, values);
        study.addItemAsArray(given);
        things.add(java.util.Arrays.stream(given).filter(v -> v != null).toList());
      }
      // things are spread over clusters as they come
      var matrix =
          CountMatrices.sum(
              List.of(
                  Krippendorff.coincidences(things.subList(0, 13), values),
                  Krippendorff.coincidences(things.subList(13, 60), values)));

      assertThat(Krippendorff.alpha(matrix, Scale.NOMINAL))
          .isCloseTo(dkpro(study, Scale.NOMINAL), within(1e-9));
      assertThat(Krippendorff.alpha(matrix, Scale.ORDINAL))
          .isCloseTo(dkpro(study, Scale.ORDINAL), within(1e-9));
    }
  }

  private static Integer[] given(Random random, int values) {
    int truth = random.nextInt(values);
    var given = new Integer[4];
    for (int person = 0; person < 4; person++) {
      int value = random.nextInt(3) == 0 ? random.nextInt(values) : truth;
      given[person] = random.nextInt(10) < 3 ? null : value;
    }
    given[random.nextInt(4)] = truth;
    return given;
  }

  private static double dkpro(CodingAnnotationStudy study, Scale scale) {
    var distance =
        scale == Scale.NOMINAL ? new NominalDistanceFunction() : new OrdinalDistanceFunction();
    return new KrippendorffAlphaAgreement(study, distance).calculateAgreement();
  }

  /// Two people rank everything: dkpro's percentage of equal answers, and its alpha of all
  /// comparisons both ways round.
  @Test
  void agreementOfRankingsIsThatOfAnotherImplementation() {
    var random = new Random(7);
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    var once = new CodingAnnotationStudy(2);
    var both = new CodingAnnotationStudy(2);
    for (int p = 0; p < 100; p++) {
      Integer[] anns = {1 + random.nextInt(3), 1 + random.nextInt(3), 1 + random.nextInt(3)};
      Integer[] bobs = anns.clone();
      bobs[random.nextInt(3)] = 1 + random.nextInt(3);
      rankings.add(Samples.ranking("p" + p, "ann", THREE, anns));
      rankings.add(Samples.ranking("p" + p, "bob", THREE, bobs));
      for (int a = 0; a < 3; a++) {
        int b = (a + 1) % 3;
        int ann = Integer.compare(anns[b], anns[a]);
        int bob = Integer.compare(bobs[b], bobs[a]);
        once.addItem(ann, bob);
        both.addItem(ann, bob);
        both.addItem(-ann, -bob);
      }
    }
    Collections.shuffle(rankings, random);

    var agreement = Agreement.ofRankings(rankings, BOOTSTRAP);

    assertThat(agreement.tiesAsAnswer().value())
        .isCloseTo(new PercentageAgreement(once).calculateAgreement(), within(1e-9));
    assertThat(agreement.nominal().value()).isCloseTo(dkpro(both, Scale.NOMINAL), within(1e-9));
    assertThat(agreement.ordinal().value()).isCloseTo(dkpro(both, Scale.ORDINAL), within(1e-9));
  }

  @Test
  void ofTwoJudgmentsOfOnePersonTheLaterCounts() {
    var rankings = new ArrayList<>(FEW);
    rankings.addFirst(Samples.later(60, "p", "bob", THREE, 1, 2, 3));

    var agreement = Agreement.ofRankings(rankings, BOOTSTRAP);

    assertThat(agreement.comparisons()).isEqualTo(6);
    assertThat(agreement.withoutTies().value()).isEqualTo(1);
  }

  @Test
  void whereNobodySharesAPromptThereIsNoAgreement() {
    assertThatThrownBy(() -> Agreement.ofRankings(FEW.subList(1, 3), BOOTSTRAP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two labelers who ranked the same outputs")
        .hasMessageContaining("found none in 2 rankings");
    var tied =
        Agreement.ofRankings(
            List.of(
                Samples.ranking("p", "ann", THREE, 1, 1, 1),
                Samples.ranking("p", "bob", THREE, 1, 1, 1)),
            BOOTSTRAP);
    assertThat(tied.withoutTies()).isEqualTo(new Estimate(Double.NaN, 0, 1));
    assertThat(tied.tiesAsHalf().value()).isOne();
    assertThat(tied.nominal().value()).isOne();
  }

  /// Of ten prompts a share u = t^2 / (10 + t^2) of all may say otherwise, t = 2.262 for 9 degrees
  /// of freedom, and disagree as far as there is room: alpha is no less than 1 - 2 u.
  @Test
  void alphaOfPeopleWhoAgreeInAllLeavesRoomForOtherPrompts() {
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    for (int p = 0; p < 10; p++) {
      rankings.add(Samples.ranking("p" + p, "ann", THREE, 1, 2, 3));
      rankings.add(Samples.ranking("p" + p, "bob", THREE, 1, 2, 3));
    }

    var agreement = Agreement.ofRankings(rankings, BOOTSTRAP);

    double u = 2.262157 * 2.262157 / (10 + 2.262157 * 2.262157);
    for (var alpha : List.of(agreement.nominal(), agreement.ordinal())) {
      assertThat(alpha.value()).isOne();
      assertThat(alpha.low()).isCloseTo(1 - 2 * u, within(1e-6));
      assertThat(alpha.high()).isOne();
    }
  }

  @Test
  void agreementAboutSingleOutputsIsThatOfTheirValues() {
    var ratings =
        List.of(
            Samples.rating("p", "ann", "a", 3, Flag.HALLUCINATION),
            Samples.rating("p", "bob", "a", 4, Flag.HALLUCINATION),
            Samples.rating("p", "ann", "b", 7),
            Samples.rating("p", "bob", "b", 7),
            Samples.rating("q", "ann", "a", 1),
            Samples.rating("q", "cid", "a", 2, Flag.HALLUCINATION),
            Samples.rating("q", "cid", "b", 2, Flag.HARMFUL_ADVICE));

    var agreement = Agreement.ofRatings(ratings, BOOTSTRAP);

    assertThat(agreement.labelers()).isEqualTo(3);
    assertThat(agreement.outputs()).isEqualTo(3);
    var quality = new CodingAnnotationStudy(2);
    quality.addItem(3, 4);
    quality.addItem(7, 7);
    quality.addItem(1, 2);
    assertThat(agreement.quality().value()).isCloseTo(dkpro(quality, Scale.ORDINAL), within(1e-9));
    var flag = new CodingAnnotationStudy(2);
    flag.addItem(1, 1);
    flag.addItem(0, 0);
    flag.addItem(0, 1);
    assertThat(agreement.flags()).containsOnlyKeys(Flag.HALLUCINATION);
    assertThat(agreement.flags().get(Flag.HALLUCINATION).value())
        .isCloseTo(dkpro(flag, Scale.NOMINAL), within(1e-9));
    assertThatThrownBy(() -> Agreement.ofRatings(ratings.subList(5, 7), BOOTSTRAP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found none in 2 ratings");
  }

  /// People see a prompt's three outputs with a common order of their worth, and err more on some
  /// prompts than on others. The truth is what 20,000 prompts give.
  @Test
  void ninetyFiveOfAHundredIntervalsHoldTheTruth() {
    var random = new Random(23);
    var truth = Agreement.ofRankings(sample(random, 20_000), new Bootstrap(100, 0));
    int[] held = new int[5];
    for (int t = 0; t < 1000; t++) {
      var some = Agreement.ofRankings(sample(random, 60), new Bootstrap(200, t));
      held[0] += Samples.holds(some.withoutTies(), truth.withoutTies().value()) ? 1 : 0;
      held[1] += Samples.holds(some.tiesAsAnswer(), truth.tiesAsAnswer().value()) ? 1 : 0;
      held[2] += Samples.holds(some.tiesAsHalf(), truth.tiesAsHalf().value()) ? 1 : 0;
      held[3] += Samples.holds(some.nominal(), truth.nominal().value()) ? 1 : 0;
      held[4] += Samples.holds(some.ordinal(), truth.ordinal().value()) ? 1 : 0;
    }

    for (int kind = 0; kind < held.length; kind++) {
      Samples.assertCovers(held[kind]);
    }
  }

  private static List<WithPrompt<Ranking>> sample(Random random, int prompts) {
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    for (int p = 0; p < prompts; p++) {
      double[] worths = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      double noise = random.nextBoolean() ? 0.3 : 1.5;
      int people = 2 + random.nextInt(2);
      for (int l = 0; l < people; l++) {
        var ranks = new Integer[3];
        for (int i = 0; i < 3; i++) {
          double seen = worths[i] + noise * random.nextGaussian();
          ranks[i] = seen > 0.5 ? 1 : seen > -0.5 ? 2 : 3;
        }
        rankings.add(Samples.ranking("p" + p, "l" + l, THREE, ranks));
      }
    }
    return rankings;
  }
}
