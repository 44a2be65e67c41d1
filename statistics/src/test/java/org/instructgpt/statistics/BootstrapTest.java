package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class BootstrapTest {

  private record Pair(double x, double y) {}

  private static double ratio(List<Pair> pairs) {
    return pairs.stream().mapToDouble(Pair::x).sum() / pairs.stream().mapToDouble(Pair::y).sum();
  }

  private static List<Pair> pairs(Random random, int n) {
    var pairs = new ArrayList<Pair>();
    for (int i = 0; i < n; i++) {
      double y = 1 + random.nextInt(5);
      pairs.add(new Pair(y * (2 + random.nextGaussian()), y));
    }
    return pairs;
  }

  /// The same interval by plain loops: resampled sums, a selection instead of a sort, the normal
  /// tail by Simpson's rule.
  @Test
  void theIntervalIsThatOfPlainLoops() {
    var pairs = pairs(new Random(3), 40);

    var estimate = new Bootstrap(501, 9).estimate(pairs, BootstrapTest::ratio);

    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(9);
    double[] resampled = new double[501];
    for (int r = 0; r < 501; r++) {
      double x = 0;
      double y = 0;
      for (int i = 0; i < 40; i++) {
        var drawn = pairs.get(random.nextInt(40));
        x += drawn.x;
        y += drawn.y;
      }
      resampled[r] = x / y;
    }
    double share = simpsonTail(2.0226909 * Math.sqrt(40 / 39.0)); // t with 39 degrees of freedom
    assertThat(estimate.value()).isCloseTo(ratio(pairs), within(1e-12));
    assertThat(estimate.low()).isCloseTo(between(resampled, share * 500), within(1e-6));
    assertThat(estimate.high()).isCloseTo(between(resampled, (1 - share) * 500), within(1e-6));
  }

  private static double between(double[] values, double place) {
    double below = smallest(values, (int) place);
    return below + (place - (int) place) * (smallest(values, (int) place + 1) - below);
  }

  /// The value that exactly `count` others are smaller than.
  private static double smallest(double[] values, int count) {
    for (double value : values) {
      if (Arrays.stream(values).filter(other -> other < value).count() == count) {
        return value;
      }
    }
    throw new AssertionError("values are equal");
  }

  private static double simpsonTail(double z) {
    int steps = 2000;
    double h = z / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-i * h * i * h / 2);
    }
    return 0.5 - sum * h / 3 / Math.sqrt(2 * Math.PI);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5",
    "1, 0.158655253931",
    "1.959963984540, 0.025",
    "3, 0.001349898032",
    "6, 9.865876e-10",
    "12, 0"
  })
  void theNormalTailIsThatOfTheTables(double z, double share) {
    assertThat(Bootstrap.tail(z)).isCloseTo(share, within(1e-12));
  }

  @Test
  void aQuantileLiesBetweenItsNeighbours() {
    double[] sorted = {1, 2, 4, 8};

    assertThat(Bootstrap.quantile(sorted, 0.5)).isEqualTo(3);
    assertThat(Bootstrap.quantile(sorted, 1)).isEqualTo(8);
    assertThat(Bootstrap.quantile(sorted, 0)).isEqualTo(1);
    double infinity = Double.NEGATIVE_INFINITY;
    assertThat(Bootstrap.quantile(new double[] {infinity, infinity, 1}, 0.1)).isEqualTo(infinity);
    assertThat(Bootstrap.quantile(new double[0], 0.5)).isNaN();
  }

  /// A ratio of sums, and the difference of two skewed means that were measured together.
  @ParameterizedTest
  @CsvSource({"12", "40", "120"})
  void ninetyFiveOfAHundredIntervalsHoldTheTruth(int n) {
    int held = 0;
    int heldLead = 0;
    var random = new Random(n);
    for (int t = 0; t < 1000; t++) {
      var bootstrap = new Bootstrap(400, t);
      held += Samples.holds(bootstrap.estimate(pairs(random, n), BootstrapTest::ratio), 2) ? 1 : 0;
      var both = new ArrayList<Pair>();
      for (int i = 0; i < n; i++) {
        double shared = -Math.log(random.nextDouble());
        both.add(new Pair(shared + 0.5 + random.nextGaussian(), shared));
      }
      var lead =
          bootstrap.estimate(
              both, some -> some.stream().mapToDouble(p -> p.x - p.y).average().orElseThrow());
      heldLead += Samples.holds(lead, 0.5) ? 1 : 0;
    }

    Samples.assertCovers(held);
    Samples.assertCovers(heldLead);
  }

  @Test
  void theSameSeedGivesTheSameInterval() {
    var pairs = pairs(new Random(1), 20);

    var once = Bootstrap.seeded(4).estimate(pairs, BootstrapTest::ratio);

    assertThat(Bootstrap.seeded(4).estimate(pairs, BootstrapTest::ratio)).isEqualTo(once);
    assertThat(Bootstrap.seeded(5).estimate(pairs, BootstrapTest::ratio)).isNotEqualTo(once);
  }

  @Test
  void whatIsNoNumberOnAResampleDoesNotCount() {
    var estimate =
        Bootstrap.seeded(1)
            .estimate(
                List.of(1, 2, 3, 4),
                some -> some.contains(1) ? some.stream().mapToInt(i -> i).sum() : Double.NaN);

    assertThat(estimate.value()).isEqualTo(10);
    assertThat(estimate.low()).isBetween(4.0, 6.0);
    assertThat(estimate.high()).isBetween(11.0, 13.0);
  }

  @Test
  void aSinglePromptCannotTellAndNoneIsRefused() {
    assertThat(Bootstrap.seeded(1).estimate(List.of(7), List::getFirst))
        .isEqualTo(new Estimate(7, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    assertThatThrownBy(() -> Bootstrap.seeded(1).estimate(List.of(), _ -> 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected clusters to draw from, found none");
    assertThatThrownBy(() -> new Bootstrap(99, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 100 resamples, found 99");
  }
}
