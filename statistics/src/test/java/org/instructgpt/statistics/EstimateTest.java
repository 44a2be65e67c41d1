package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.instructgpt.statistics.Estimate.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {

  /// Four prompts of two pairs, of which 2, 1, 2 and 1 are right: p = 6/8, residuals 0.5 / 8, h =
  /// 1/4, V = 4 * (0.5 / 8)^2 / 0.75 = 1/48, so 0.1875 * 48 = 9 trials. The prompts weigh alike, so
  /// Student's t has 3 degrees of freedom, 3.182446. Wilson for 9 trials: t^2 / 9 = 1.1253294,
  /// centre (0.75 + 1.1253294 / 2) / 2.1253294 = 0.6176288, half 3.182446 / 2.1253294 * sqrt(0.1875
  /// / 9 + 1.1253294 / 36) = 0.3417609.
  @Test
  void theIntervalWorkedByHand() {
    var two = new Cluster(2, 2);
    var one = new Cluster(1, 2);

    var estimate = Estimate.of(List.of(two, one, two, one));

    assertThat(estimate.value()).isEqualTo(0.75);
    assertThat(estimate.low()).isCloseTo(0.2758679, within(1e-6));
    assertThat(estimate.high()).isCloseTo(0.9593897, within(1e-6));
  }

  /// From the tables of the National Institute of Standards and Technology, and one between them.
  @ParameterizedTest
  @CsvSource({
    "1, 12.706, 0.0005",
    "1.7777777777777777, 4.861473, 1e-6",
    "2, 4.303, 0.0005",
    "3, 3.182, 0.0005",
    "4, 2.776, 0.0005",
    "5, 2.571, 0.0005",
    "10, 2.228, 0.0005",
    "29, 2.045, 0.0005",
    "100, 1.984, 0.0005",
    "1e9, 1.959964, 1e-6"
  })
  void studentsDistributionIsThatOfTheTables(double freedom, double point, double error) {
    assertThat(Estimate.student(freedom)).isCloseTo(point, within(error));
  }

  @Test
  void aSinglePromptCannotTell() {
    assertThat(Estimate.of(List.of(new Cluster(30, 36)))).isEqualTo(new Estimate(30.0 / 36, 0, 1));
  }

  /// The accuracy of a prompt varies around `accuracy` (a beta distribution with the given
  /// concentration), and its pairs, 1 to 36, are drawn with it.
  @ParameterizedTest
  @CsvSource({"15, 0.65, 4", "60, 0.6, 2", "100, 0.8, 2", "200, 0.7, 1", "200, 0.7, 1000"})
  void ninetyFiveOfAHundredIntervalsHoldTheTruth(int prompts, double accuracy, double spread) {
    var random = new Random(prompts);
    int trials = 3000;
    int held = 0;
    int heldIfIndependent = 0;
    for (int t = 0; t < trials; t++) {
      var clusters = new ArrayList<Cluster>();
      for (int g = 0; g < prompts; g++) {
        clusters.add(cluster(random, accuracy, spread));
      }
      held += holds(Estimate.of(clusters), accuracy) ? 1 : 0;
      heldIfIndependent += holds(asIfIndependent(clusters), accuracy) ? 1 : 0;
    }

    assertThat(held / (double) trials).isBetween(0.93, 0.97);
    if (spread < 10) {
      assertThat(heldIfIndependent / (double) trials).isLessThan(0.8);
    }
  }

  private static boolean holds(Estimate estimate, double truth) {
    return estimate.low() <= truth && truth <= estimate.high();
  }

  private static Estimate asIfIndependent(List<Cluster> clusters) {
    double right = clusters.stream().mapToDouble(Cluster::sum).sum();
    double all = clusters.stream().mapToDouble(Cluster::of).sum();
    double p = right / all;
    double half = 1.96 * Math.sqrt(p * (1 - p) / all);
    return new Estimate(p, p - half, p + half);
  }

  /// A prompt of K = 2 to 9: all pairs share its own accuracy.
  private static Cluster cluster(Random random, double accuracy, double concentration) {
    double own = beta(random, accuracy * concentration, (1 - accuracy) * concentration);
    int k = 2 + random.nextInt(8);
    int pairs = k * (k - 1) / 2;
    long right = IntStream.range(0, pairs).filter(_ -> random.nextDouble() < own).count();
    return new Cluster(right, pairs);
  }

  /// Jöhnk's and, for large parameters, the normal approximation.
  private static double beta(Random random, double a, double b) {
    if (a + b > 100) {
      double mean = a / (a + b);
      double deviation = Math.sqrt(mean * (1 - mean) / (a + b + 1));
      return Math.clamp(mean + deviation * random.nextGaussian(), 0, 1);
    }
    while (true) {
      double x = Math.pow(random.nextDouble(), 1 / a);
      double y = Math.pow(random.nextDouble(), 1 / b);
      if (x + y > 0 && x + y <= 1) {
        return x / (x + y);
      }
    }
  }

  @Test
  void whereAllIsRightThePromptsAreTheTrials() {
    var estimate = Estimate.of(Collections.nCopies(20, new Cluster(36, 36)));

    assertThat(estimate.value()).isOne();
    assertThat(estimate.high()).isCloseTo(1, within(1e-12));
    // 20 / (20 + t^2) with t = 2.0930241
    assertThat(estimate.low()).isCloseTo(0.8203193, within(1e-6));
  }

  /// What rounding leaves of equal scores is no variance: every number of prompts from two to two
  /// hundred that agree, on whatever, leaves room for a share t^2 / (n + t^2) of others, 0.338 of
  /// ten.
  @Test
  void theMorePromptsAgreeTheLessRoomTheyLeaveAndNeverNone() {
    for (double score : new double[] {1, 2, 3.3, 4, 5, 6.1, 7}) {
      double before = 6;
      for (int n = 2; n <= 200; n++) {
        var estimate = Estimate.within(1, 7, alike(score, n));
        double t = Estimate.student(n - 1);
        double width = estimate.high() - estimate.low();
        assertThat(width).isCloseTo(6 * t * t / (n + t * t), within(1e-9)).isLessThan(before);
        assertThat(estimate.low()).isBetween(1.0, score + 1e-9);
        assertThat(estimate.high()).isBetween(score - 1e-9, 7.0);
        before = width;
      }
    }
    assertThat(Estimate.within(1, 7, alike(5, 10)).low()).isCloseTo(3.646, within(0.001));
    assertThat(Estimate.within(1, 7, alike(5, 10)).high()).isCloseTo(5.677, within(0.001));
  }

  private static List<Cluster> alike(double score, int n) {
    var clusters = new ArrayList<Cluster>();
    for (int g = 0; g < n; g++) {
      var cluster = new Cluster(0, 0);
      for (int i = 0; i < 3; i++) {
        cluster = cluster.plus(new Cluster(score, 1));
      }
      clusters.add(cluster);
    }
    return clusters;
  }

  @Test
  void equalNumbersWithoutEndsHaveAnEmptyInterval() {
    for (int n = 2; n <= 200; n++) {
      var estimate = Estimate.mean(alike(0.1, n));
      assertThat(estimate.low()).isEqualTo(estimate.value());
      assertThat(estimate.high()).isEqualTo(estimate.value());
    }
  }

  @Test
  void aDifferenceThatAllPromptsTellLeavesRoomAsWell() {
    for (int n = 2; n <= 200; n++) {
      var ours = new LinkedHashMap<Integer, Cluster>();
      var theirs = new LinkedHashMap<Integer, Cluster>();
      for (int g = 0; g < n; g++) {
        ours.put(g, new Cluster(0.3 + g * 0.002, 1));
        theirs.put(g, new Cluster(0.1 + g * 0.002, 1));
      }
      double t = Estimate.student(n - 1);
      var lead = Estimate.lead(0, 1, ours, theirs);
      assertThat(lead.value()).isCloseTo(0.2, within(1e-12));
      assertThat(lead.high() - lead.low()).isCloseTo(2 * t * t / (n + t * t), within(1e-9));
      assertThat(lead.low()).isBetween(-1.0, 0.2);
      var free = Estimate.lead(ours, theirs);
      assertThat(free.high()).isEqualTo(free.value()).isEqualTo(free.low());
    }
  }

  @Test
  void intervalsOfSharesStayWithinTheirEndsHoweverUnequalThePrompts() {
    for (double weight : new double[] {1, 10, 1e3, 1e6, 1e9, 1e12}) {
      for (double right : new double[] {0, 0.001, 0.5, 0.999, 1}) {
        var clusters = List.of(new Cluster(right * weight, weight), new Cluster(1, 1));
        var estimate = Estimate.of(clusters);
        assertThat(estimate.low()).isBetween(0.0, estimate.value());
        assertThat(estimate.high()).isBetween(estimate.value(), 1.0);
        var lead = Estimate.lead(0, 1, Map.of(1, clusters.get(0)), Map.of(1, clusters.get(1)));
        assertThat(lead.low()).isBetween(-1.0, lead.value());
        assertThat(lead.high()).isBetween(lead.value(), 1.0);
      }
    }
  }

  @Test
  void whereNothingWasCountedThereIsNoEstimate() {
    assertThatThrownBy(() -> Estimate.of(List.of(new Cluster(0, 0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("something to count in at least one of 1 prompt, found nothing");
    assertThat(Estimate.of(List.of(new Cluster(0, 0), new Cluster(3, 4))))
        .isEqualTo(Estimate.of(List.of(new Cluster(3, 4))));
  }

  /// Prompts with the scores (1, 3), (5) and (2, 4): mean 3. What is left is 4 - 6 = -2, 2 and 0 of
  /// 5, h is 0.4, 0.2, 0.4, so V = 0.16 / 0.6 + 0.16 / 0.8 = 7/15. They are worth 1 / 0.36 prompts,
  /// so t has 1.7777778 degrees of freedom: 4.861473, times sqrt(7/15) is 3.321018.
  @Test
  void theMeanWorkedByHand() {
    var clusters = List.of(new Cluster(4, 2), new Cluster(5, 1), new Cluster(6, 2));

    var mean = Estimate.mean(clusters);

    double half = 3.321018031787053;
    assertThat(mean.value()).isEqualTo(3);
    assertThat(mean.low()).isCloseTo(3 - half, within(1e-9));
    assertThat(mean.high()).isCloseTo(3 + half, within(1e-9));
    assertThat(Estimate.mean(List.of(new Cluster(7, 2))))
        .isEqualTo(new Estimate(3.5, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    assertThat(Estimate.mean(List.of(new Cluster(7, 2))).clamp(1, 7))
        .isEqualTo(new Estimate(3.5, 1, 7));
  }

  @Test
  void aMeanBetweenEndsIsAShareOfTheWay() {
    var scores = List.of(new Cluster(14, 2), new Cluster(5, 1), new Cluster(6, 2));
    var shares = scores.stream().map(c -> new Cluster((c.sum() - c.of()) / 6, c.of())).toList();

    var mean = Estimate.within(1, 7, scores);

    var share = Estimate.of(shares);
    assertThat(mean.value()).isCloseTo(5, within(1e-12));
    assertThat(mean.low()).isCloseTo(1 + 6 * share.low(), within(1e-12));
    assertThat(mean.high()).isCloseTo(1 + 6 * share.high(), within(1e-12)).isLessThan(7);
  }

  /// The scores of a prompt share its own mean, and prompts have 1 to 5 scores: with a few bounded
  /// ones (a Likert scale), and with unbounded ones.
  @ParameterizedTest
  @CsvSource({"20, 1", "60, 2", "200, 3"})
  void ninetyFiveOfAHundredIntervalsOfAMeanHoldIt(int prompts, double spread) {
    var random = new Random(prompts);
    int trials = 3000;
    int held = 0;
    int heldWithin = 0;
    for (int t = 0; t < trials; t++) {
      var numbers = new ArrayList<Cluster>();
      var likert = new ArrayList<Cluster>();
      for (int g = 0; g < prompts; g++) {
        int of = 1 + random.nextInt(5);
        double own = 4 + spread * random.nextGaussian();
        double sum = 0;
        double points = 0;
        for (int i = 0; i < of; i++) {
          double score = own + random.nextGaussian();
          sum += score;
          points += Math.clamp(Math.round(score), 1, 7);
        }
        numbers.add(new Cluster(sum, of));
        likert.add(new Cluster(points, of));
      }
      held += holds(Estimate.mean(numbers), 4) ? 1 : 0;
      heldWithin += holds(Estimate.within(1, 7, likert), 4) ? 1 : 0;
    }

    assertThat(held / (double) trials).isBetween(0.93, 0.97);
    assertThat(heldWithin / (double) trials).isBetween(0.93, 0.97);
  }

  /// Two models answer the same prompts, some of them twice; a tenth of the prompts have only one
  /// of the two.
  @ParameterizedTest
  @CsvSource({"30, 0.2", "150, 0.05"})
  void ninetyFiveOfAHundredIntervalsOfALeadHoldIt(int prompts, double lead) {
    var random = new Random(prompts);
    int trials = 3000;
    int held = 0;
    double together = 0;
    double apart = 0;
    for (int t = 0; t < trials; t++) {
      var ours = new LinkedHashMap<Integer, Cluster>();
      var theirs = new LinkedHashMap<Integer, Cluster>();
      for (int g = 0; g < prompts; g++) {
        double own = 0.4 + random.nextGaussian();
        if (random.nextInt(20) > 0) {
          ours.put(g, scores(random, own + lead));
        }
        if (random.nextInt(20) > 0) {
          theirs.put(g, scores(random, own));
        }
      }
      var estimate = Estimate.lead(ours, theirs);
      held += holds(estimate, lead) ? 1 : 0;
      together += (estimate.high() - estimate.low()) / trials;
      var one = Estimate.mean(ours.values());
      var other = Estimate.mean(theirs.values());
      apart += Math.hypot(one.high() - one.low(), other.high() - other.low()) / trials;
    }

    assertThat(held / (double) trials).isBetween(0.93, 0.97);
    assertThat(together).isLessThan(0.6 * apart);
  }

  private static Cluster scores(Random random, double own) {
    int of = 1 + random.nextInt(2);
    double sum = 0;
    for (int i = 0; i < of; i++) {
      sum += own + 0.3 * random.nextGaussian();
    }
    return new Cluster(sum, of);
  }

  @Test
  void whereBothHaveAsMuchTheLeadIsTheMeanOfTheDifferences() {
    var ours = Map.of("p", new Cluster(3, 4), "q", new Cluster(2, 2), "r", new Cluster(5, 9));
    var theirs = Map.of("p", new Cluster(1, 4), "q", new Cluster(2, 2), "r", new Cluster(6, 9));

    var lead = Estimate.lead(ours, theirs);

    var differences =
        Estimate.mean(List.of(new Cluster(2, 4), new Cluster(0, 2), new Cluster(-1, 9)));
    assertThat(lead.value()).isCloseTo(differences.value(), within(1e-12));
    assertThat(lead.low()).isCloseTo(differences.low(), within(1e-12));
    assertThat(lead.high()).isCloseTo(differences.high(), within(1e-12));
  }

  @Test
  void theLeadIsTheOtherWayRoundWhenTheyChangePlaces() {
    var ours = Map.of("p", new Cluster(3, 4), "q", new Cluster(2, 2));
    var theirs = Map.of("p", new Cluster(1, 4), "r", new Cluster(1, 3));

    var lead = Estimate.lead(ours, theirs);

    var back = Estimate.lead(theirs, ours);
    assertThat(lead.value()).isCloseTo(5 / 6.0 - 2 / 7.0, within(1e-12));
    assertThat(back.value()).isCloseTo(-lead.value(), within(1e-12));
    assertThat(back.low()).isCloseTo(-lead.high(), within(1e-9));
    assertThat(Estimate.lead(Map.of("p", new Cluster(3, 4)), Map.of("p", new Cluster(1, 4))))
        .isEqualTo(new Estimate(0.5, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
  }
}
