package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.WinRates.Strength;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class BradleyTerryTest {

  /// Three wins of four, and half a win for either side: the odds are 3.5 to 1.5.
  @Test
  void twoModelsWorkedByHand() {
    var rankings = new ArrayList<WithPrompt<Ranking>>();
    for (int p = 0; p < 4; p++) {
      rankings.add(
          Samples.ranking("p" + p, "ann", List.of("a", "b"), p == 0 ? 2 : 1, p == 0 ? 1 : 2));
    }

    var strengths = WinRates.of(rankings).strengths(Bootstrap.seeded(1));

    assertThat(strengths).extracting(Strength::model).containsExactly("a", "b");
    double odds = Math.log(3.5 / 1.5);
    assertThat(strengths.getFirst().strength().value()).isCloseTo(odds / 2, within(1e-9));
    assertThat(strengths.getLast().strength().value()).isCloseTo(-odds / 2, within(1e-9));
    // All four won, or one of four, at the ends of what resamples give.
    assertThat(strengths.getFirst().strength().high())
        .isCloseTo(Math.log(4.5 / 0.5) / 2, within(1e-9));
  }

  @Test
  void aModelThatAlwaysWonIsFinite() {
    var rankings =
        IntStream.range(0, 20)
            .mapToObj(p -> Samples.ranking("p" + p, "ann", List.of("a", "b", "c"), 1, 2, 2))
            .toList();

    var strengths = WinRates.of(rankings).strengths(Bootstrap.seeded(1));

    // against either of two equal ones: 20.5 to 0.5
    double odds = strengths.get(0).strength().value() - strengths.get(1).strength().value();
    assertThat(odds).isCloseTo(Math.log(20.5 / 0.5), within(1e-8));
    assertThat(strengths.get(1).strength().value())
        .isCloseTo(strengths.get(2).strength().value(), within(1e-8));
  }

  /// Of twenty prompts that agree a share u = t^2 / (20 + t^2) of all may say otherwise, where t is
  /// Student's 2.093 of 19 degrees of freedom.
  @Test
  void unanimityLeavesRoomForThoseWhoWereNotAsked() {
    double u = 2.093024 * 2.093024 / (20 + 2.093024 * 2.093024);
    var won = strengths(20, 1, 2);
    double least = Math.log((20 * (1 - u) + 0.5) / (20 * u + 0.5)) / 2;
    assertThat(won.getFirst().strength().low()).isCloseTo(least, within(1e-6));
    assertThat(won.getFirst().strength().high()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(won.getLast().strength().low()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(won.getLast().strength().high()).isCloseTo(-least, within(1e-6));

    double most = Math.log((10 * (1 + u) + 0.5) / (10 * (1 - u) + 0.5)) / 2;
    for (var tied : strengths(20, 1, 1)) {
      assertThat(tied.strength().value()).isCloseTo(0, within(1e-9));
      assertThat(tied.strength().low()).isCloseTo(-most, within(1e-6));
      assertThat(tied.strength().high()).isCloseTo(most, within(1e-6));
    }
  }

  private static List<Strength> strengths(int prompts, int ofA, int ofB) {
    return WinRates.of(
            IntStream.range(0, prompts)
                .mapToObj(p -> Samples.ranking("p" + p, "ann", List.of("a", "b"), ofA, ofB))
                .toList())
        .strengths(Bootstrap.seeded(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 9})
  void newtonsMethodFindsTheSame(int models) {
    var random = new Random(models);
    for (int t = 0; t < 20; t++) {
      var wins = new double[models][models];
      for (int i = 0; i < models; i++) {
        for (int j = i + 1; j < models; j++) {
          // neighbours have always met, so that all hang together
          int met = j == i + 1 ? 1 + random.nextInt(30) : random.nextInt(3) * 10;
          double won = random.nextInt(2 * met + 1) / 2.0;
          wins[i][j] = won + (met > 0 ? 0.5 : 0);
          wins[j][i] = met - won + (met > 0 ? 0.5 : 0);
        }
      }

      double[] strengths = BradleyTerry.strengths(wins, new double[models]);

      assertThat(strengths).containsExactly(newton(wins), within(1e-6));
      double[] elsewhere = random.doubles(models, -3, 3).toArray();
      assertThat(BradleyTerry.strengths(wins, elsewhere)).containsExactly(strengths, within(1e-6));
    }
  }

  /// Newton's method on the log-likelihood sum w_ij log sigmoid(s_i - s_j), with the sum of s held
  /// at 0 by a penalty that vanishes there.
  private static double[] newton(double[][] wins) {
    int m = wins.length;
    double[] s = new double[m];
    for (int round = 0; round < 200; round++) {
      double[][] hessian = new double[m][m];
      double[] gradient = new double[m];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++) {
          double p = 1 / (1 + Math.exp(s[j] - s[i]));
          double both = wins[i][j] + wins[j][i];
          gradient[i] += wins[i][j] - both * p;
          hessian[i][i] += i == j ? 0 : both * p * (1 - p);
          hessian[i][j] += i == j ? 0 : -both * p * (1 - p);
          hessian[i][j] += 1;
          gradient[i] -= s[j];
        }
      }
      double[] step = solve(hessian, gradient);
      double longest = IntStream.range(0, m).mapToDouble(i -> Math.abs(step[i])).max().orElse(0);
      for (int i = 0; i < m; i++) {
        s[i] += step[i] / Math.max(1, longest);
      }
    }
    return s;
  }

  /// Gauss's elimination of a positive definite system.
  private static double[] solve(double[][] a, double[] b) {
    int m = b.length;
    for (int p = 0; p < m; p++) {
      for (int row = p + 1; row < m; row++) {
        eliminate(a, b, p, row);
      }
    }
    double[] x = new double[m];
    for (int row = m - 1; row >= 0; row--) {
      double rest = b[row];
      for (int column = row + 1; column < m; column++) {
        rest -= a[row][column] * x[column];
      }
      x[row] = rest / a[row][row];
    }
    return x;
  }

  private static void eliminate(double[][] a, double[] b, int pivot, int row) {
    double factor = a[row][pivot] / a[pivot][pivot];
    for (int column = pivot; column < b.length; column++) {
      a[row][column] -= factor * a[pivot][column];
    }
    b[row] -= factor * b[pivot];
  }

  /// Orders drawn with worths (Luce's model), of which every pair follows Bradley and Terry's; all
  /// pairs of an order belong to its prompt.
  @Test
  void ninetyFiveOfAHundredIntervalsHoldTheTruth() {
    var names = List.of("a", "b", "c", "d");
    double[] truth = {-0.9, -0.1, 0.2, 0.8};
    var random = new Random(11);
    int[] held = new int[4];
    for (int t = 0; t < 1000; t++) {
      var rankings = new ArrayList<WithPrompt<Ranking>>();
      for (int p = 0; p < 60; p++) {
        rankings.add(Samples.ranking("p" + p, "ann", names, order(random, truth)));
      }
      for (var strength : WinRates.of(rankings).strengths(new Bootstrap(300, t))) {
        int model = names.indexOf(strength.model());
        held[model] += Samples.holds(strength.strength(), truth[model]) ? 1 : 0;
      }
    }

    for (int model = 0; model < 4; model++) {
      Samples.assertCovers(held[model]);
    }
  }

  /// Ranks by the greatest of strength and Gumbel noise first, which is Luce's model.
  private static Integer[] order(Random random, double[] strengths) {
    double[] noisy =
        IntStream.range(0, strengths.length)
            .mapToDouble(i -> strengths[i] - Math.log(-Math.log(random.nextDouble())))
            .toArray();
    var ranks = new Integer[noisy.length];
    for (int i = 0; i < noisy.length; i++) {
      double mine = noisy[i];
      ranks[i] = 1 + (int) java.util.Arrays.stream(noisy).filter(n -> n > mine).count();
    }
    return ranks;
  }
}
