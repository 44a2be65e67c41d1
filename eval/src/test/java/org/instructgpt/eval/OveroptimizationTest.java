package org.instructgpt.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.instructgpt.eval.Overoptimization.Form;
import org.instructgpt.eval.Overoptimization.Point;
import org.instructgpt.eval.Overoptimization.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OveroptimizationTest {
  private static final double[] DISTANCES = {0, 0.3, 0.8, 1.5, 2.5, 4, 6};

  private static double law(Form form, double d, double alpha, double beta) {
    return switch (form) {
      case BEST_OF_N -> d * (alpha - beta * d);
      case REINFORCEMENT_LEARNING -> d == 0 ? 0 : d * (alpha - beta * Math.log(d));
    };
  }

  @ParameterizedTest
  @EnumSource
  void aFitRecoversTheCurveOfExactPoints(Form form) {
    var points = new ArrayList<Point>();
    for (double d : DISTANCES) {
      points.add(new Point(d * d, law(form, d, 1.7, 0.4)));
    }

    var fit = Overoptimization.fit(form, points);

    assertThat(fit.alpha()).isCloseTo(1.7, within(1e-9));
    assertThat(fit.beta()).isCloseTo(0.4, within(1e-9));
    assertThat(fit.r2()).isCloseTo(1, within(1e-9));
    assertThat(fit.at(3)).isCloseTo(law(form, 3, 1.7, 0.4), within(1e-9));
    // nowhere is it higher than at its peak
    double peak = fit.peak().orElseThrow();
    for (double d = 0.01; d < 30; d += 0.01) {
      assertThat(fit.at(d)).isLessThanOrEqualTo(fit.at(peak));
    }
  }

  /// Away from the fit in any direction, the squares only grow.
  @ParameterizedTest
  @EnumSource
  void aFitHasTheLeastSquaresOfNoisyPoints(Form form) {
    var random = new Random(2);
    var points = new ArrayList<Point>();
    for (double d : DISTANCES) {
      points.add(new Point(d * d, law(form, d, 1.2, 0.3) + 0.2 * random.nextGaussian()));
    }

    var fit = Overoptimization.fit(form, points);

    double best = squares(form, points, fit.alpha(), fit.beta());
    for (double[] step : new double[][] {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, -1}}) {
      double alpha = fit.alpha() + 1e-4 * step[0];
      double beta = fit.beta() + 1e-4 * step[1];
      assertThat(squares(form, points, alpha, beta)).isGreaterThan(best);
    }
    double mean = points.stream().mapToDouble(Point::score).average().orElseThrow();
    double all = points.stream().mapToDouble(p -> Math.pow(p.score() - mean, 2)).sum();
    assertThat(fit.r2()).isCloseTo(1 - best / all, within(1e-12)).isBetween(0.5, 1.0);
  }

  private static double squares(Form form, List<Point> points, double alpha, double beta) {
    return points.stream()
        .mapToDouble(p -> Math.pow(p.score() - law(form, Math.sqrt(p.kl()), alpha, beta), 2))
        .sum();
  }

  @Test
  void aCurveThatOnlyRisesHasNoPeak() {
    var points = List.of(new Point(1, 1), new Point(4, 2), new Point(9, 3.5));

    assertThat(Overoptimization.fit(Form.BEST_OF_N, points).peak()).isEmpty();
    assertThat(Overoptimization.fit(Form.REINFORCEMENT_LEARNING, points).peak()).isEmpty();
    var falling = List.of(new Point(1, -1), new Point(4, -4));
    assertThat(Overoptimization.fit(Form.BEST_OF_N, falling).peak()).isEmpty();
    var flat = List.of(new Point(1, 0), new Point(4, 0));
    assertThat(Overoptimization.fit(Form.BEST_OF_N, flat).r2()).isOne();
  }

  @Test
  void tooFewPointsAreRefused() {
    assertThatThrownBy(
            () -> Overoptimization.fit(Form.BEST_OF_N, List.of(new Point(0, 0), new Point(4, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two or more distances from the start, found 1");
    assertThatThrownBy(() -> new Point(-0.01, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 0 nats, found -0.01");
  }

  /// As Gao et al. print them.
  @ParameterizedTest
  @CsvSource({"1, 0", "4, 0.64", "16, 1.84", "64, 3.17", "1000, 5.91", "60000, 10.0"})
  void theDivergenceOfTheBestOfNIsKnown(int n, double nats) {
    assertThat(Overoptimization.klOfBestOf(n)).isCloseTo(nats, within(0.006));
  }

  /// Every way to take n of seven answers, two pairs of which have equal rewards, and, where
  /// several are best, every one of these.
  @ParameterizedTest
  @CsvSource({"1", "2", "3", "5", "6", "7"})
  void theBestOfNIsTheMeanOverAllSubsets(int n) {
    double[] proxies = {0.3, -1, 2, 0.3, 1, 2, -4};
    double[] golds = {1, 2, 0.5, 7, -3, 4, 11};
    var samples = IntStream.range(0, 7).mapToObj(i -> new Sample(proxies[i], golds[i])).toList();

    var best = Overoptimization.bestOf(List.of(samples, samples), List.of(n)).getFirst();

    double proxy = 0;
    double gold = 0;
    int subsets = 0;
    for (int subset = 0; subset < 1 << 7; subset++) {
      if (Integer.bitCount(subset) == n) {
        int which = subset;
        double most =
            IntStream.range(0, 7)
                .filter(i -> (which >> i & 1) == 1)
                .mapToDouble(i -> proxies[i])
                .max()
                .orElseThrow();
        proxy += most;
        gold +=
            IntStream.range(0, 7)
                .filter(i -> (which >> i & 1) == 1 && proxies[i] == most)
                .mapToDouble(i -> golds[i])
                .average()
                .orElseThrow();
        subsets++;
      }
    }
    assertThat(best.proxy().value()).isCloseTo(proxy / subsets, within(1e-12));
    assertThat(best.gold().value()).isCloseTo(gold / subsets, within(1e-12));
    assertThat(best.kl()).isEqualTo(Overoptimization.klOfBestOf(n));
  }

  @Test
  void bestOfMoreThanTheSampledAnswersIsRefused() {
    var prompts = List.of(List.of(new Sample(1, 1), new Sample(2, 2)), List.of(new Sample(1, 1)));

    assertThatThrownBy(() -> Overoptimization.bestOf(prompts, List.of(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("n from 1 to 1")
        .hasMessageContaining("found 2");
    assertThatThrownBy(() -> Overoptimization.bestOf(List.of(), List.of(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// The proxy is normal and the gold score follows it with a correlation of 0.6; the expected
  /// greatest of two normal numbers is 1 / sqrt(pi).
  @Test
  void confidenceIntervalsCoverTheTruthAsOftenAsTheySay() {
    var random = new Random(8);
    int held = 0;
    for (int t = 0; t < 1000; t++) {
      var prompts = new ArrayList<List<Sample>>();
      for (int p = 0; p < 40; p++) {
        double own = random.nextGaussian();
        var samples = new ArrayList<Sample>();
        for (int i = 0; i < 6; i++) {
          double proxy = random.nextGaussian();
          samples.add(new Sample(proxy, own + 0.6 * proxy + 0.8 * random.nextGaussian()));
        }
        prompts.add(samples);
      }
      var best = Overoptimization.bestOf(prompts, List.of(2)).getFirst();
      double truth = 0.6 / Math.sqrt(Math.PI);
      held += best.gold().low() <= truth && truth <= best.gold().high() ? 1 : 0;
    }

    assertThat(held / 1000.0).as("share of intervals that hold the truth").isBetween(0.93, 0.97);
  }
}
