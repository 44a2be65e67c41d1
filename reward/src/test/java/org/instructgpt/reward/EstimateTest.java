package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.instructgpt.reward.Estimate.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {

  /// Four prompts of two pairs, of which 2, 1, 2 and 1 are right: p = 6/8, residuals 0.5 / 8, h =
  /// 1/4, V = 4 * (0.5 / 8)^2 / 0.75 = 1/48, so 0.1875 * 48 = 9 trials. The prompts weigh alike, so
  /// Student's t has 3 degrees of freedom, 3.1590 by the expansion. Wilson for 9 trials: z^2 / 9 =
  /// 1.1088042, centre (0.75 + 1.1088042 / 2) / 2.1088042 = 0.6185506, half 3.1590 / 2.1088042 *
  /// sqrt(0.1875 / 9 + 1.1088042 / 36) = 0.3403909.
  @Test
  void theIntervalWorkedByHand() {
    var two = new Cluster(2, 2);
    var one = new Cluster(1, 2);

    var estimate = Estimate.of(List.of(two, one, two, one));

    assertThat(estimate.value()).isEqualTo(0.75);
    assertThat(estimate.low()).isCloseTo(0.2781597, within(1e-6));
    assertThat(estimate.high()).isCloseTo(0.9589415, within(1e-6));
  }

  /// From the tables.
  @ParameterizedTest
  @CsvSource({"3, 3.182, 0.03", "5, 2.571, 0.005", "10, 2.228, 0.001", "29, 2.045, 0.001"})
  void studentsDistributionIsThatOfTheTables(int freedom, double point, double error) {
    assertThat(Estimate.student(freedom)).isCloseTo(point, within(error));
    assertThat(Estimate.student(1e9)).isCloseTo(1.959964, within(1e-6));
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
    double right = clusters.stream().mapToDouble(Cluster::right).sum();
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
    // 20 / (20 + t^2) with t = 2.0930
    assertThat(estimate.low()).isCloseTo(0.8203211, within(1e-6));
  }

  @Test
  void rankingsOfOnePromptAreOneCluster() {
    var ranks = List.of(1, 2);
    var right = new double[] {1, 0};
    var wrong = new double[] {0, 1};
    var one =
        List.of(
            new Scored(Toys.judged("p", "ann", ranks), right),
            new Scored(Toys.judged("p", "bob", ranks), right),
            new Scored(Toys.judged("q", "ann", ranks), wrong));

    assertThat(Estimate.ofPairs(one, Scored::margins))
        .isEqualTo(Estimate.of(List.of(new Cluster(2, 2), new Cluster(0, 1))));
    assertThat(Estimate.ofPrompts(one, Scored::margins).value()).isEqualTo(0.5);
  }

  @Test
  void theLeadOverARuleHasItsOwnInterval() {
    var random = new Random(1);
    var scored = new ArrayList<Scored>();
    for (int p = 0; p < 300; p++) {
      // the shorter one is better in 60 of 100; the rewards repeat the lengths in 80 of 100
      boolean shorter = random.nextDouble() < 0.6;
      boolean follows = random.nextDouble() < 0.8;
      double margin = (shorter ? -1 : 1) * (follows ? 1 : -1);
      scored.add(
          new Scored(
              Toys.judged("p" + p, "ann", List.of(1, 2), shorter ? 1 : 2, shorter ? 2 : 1),
              new double[] {margin, 0}));
    }
    var ours = Estimate.ofPairs(scored, Scored::margins);
    var longer = Estimate.ofPairs(scored, Scored::lengthMargins);

    var lead = Estimate.lead(scored, Scored::margins, Scored::lengthMargins);

    assertThat(lead.value()).isCloseTo(ours.value() - longer.value(), within(1e-12));
    assertThat(lead.low()).isLessThan(lead.value()).isGreaterThan(ours.low() - longer.high());
    assertThat(lead.high()).isGreaterThan(lead.value()).isLessThan(ours.high() - longer.low());
  }
}
