package org.instructgpt.reward;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.instructgpt.reward.RankingLoss.Comparisons;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankingLossTest {

  private record Result(double loss, double[] gradient) {}

  private static Result lossOf(List<double[]> rewards, List<int[]> ranks) {
    var rankings =
        IntStream.range(0, ranks.size())
            .mapToObj(
                p -> Toys.judged("p" + p, "ann", Arrays.stream(ranks.get(p)).boxed().toList()))
            .toList();
    int prompts = (int) rankings.stream().filter(TokenizedRanking::hasPairs).count();
    double[] flat = rewards.stream().flatMapToDouble(Arrays::stream).toArray();
    try (var _ = Scope.open()) {
      var leaf = Tensor.of(flat).requireGradient(true);
      var loss = RankingLoss.of(leaf, Comparisons.of(JudgedPrompt.of(rankings), prompts));
      loss.backward();
      return new Result(loss.item(), requireNonNull(leaf.gradient()).doubles());
    }
  }

  /// Three completions, ranks 1, 2, 2 and rewards 1, 0, 3: the pairs are (0, 1) and (0, 2), with
  /// margins 1 and -2. log(1 + e^-1) = 0.3132617 and log(1 + e^2) = 2.1269280; their mean is
  /// 1.2200948. The gradient by the first reward is -(sigmoid(-1) + sigmoid(2)) / 2 = -(0.2689414 +
  /// 0.8807971) / 2.
  @Test
  void aTieIsNoPairAndDoesNotDivide() {
    var result = lossOf(List.of(new double[] {1, 0, 3}), List.of(new int[] {1, 2, 2}));

    assertThat(result.loss).isCloseTo(1.2200948492, within(1e-9));
    assertThat(result.gradient[0]).isCloseTo(-0.5748692493, within(1e-9));
    assertThat(result.gradient[1]).isCloseTo(0.1344707107, within(1e-9));
    assertThat(result.gradient[2]).isCloseTo(0.4403985390, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9})
  void lossAndGradientAreThoseOfPlainLoops(int k) {
    var random = new Random(k);
    for (int repetition = 0; repetition < 10; repetition++) {
      var rewards = new ArrayList<double[]>();
      var ranks = new ArrayList<int[]>();
      for (int p = 0; p < 5; p++) {
        int size = p == 0 ? k : 2 + random.nextInt(8);
        rewards.add(random.doubles(size, -3, 3).toArray());
        ranks.add(random.ints(size, 1, 4).toArray()); // few ranks, so many ties
      }
      ranks.set(1, new int[rewards.get(1).length]); // one tie: skipped
      ranks.getFirst()[0] = 9; // at least one pair

      var result = lossOf(rewards, ranks);

      assertThat(result.loss).isCloseTo(LoopLoss.loss(rewards, ranks), within(1e-12));
      double[] expected =
          Arrays.stream(LoopLoss.gradient(rewards, ranks))
              .flatMapToDouble(Arrays::stream)
              .toArray();
      assertThat(result.gradient).containsExactly(expected, within(1e-12));
      assertThat(result.gradient).containsExactly(slopes(rewards, ranks), within(1e-8));
    }
  }

  /// The gradient by central differences of the loop-style loss.
  private static double[] slopes(List<double[]> rewards, List<int[]> ranks) {
    double h = 1e-5;
    var slopes = new ArrayList<Double>();
    for (double[] r : rewards) {
      for (int i = 0; i < r.length; i++) {
        double at = r[i];
        r[i] = at + h;
        double above = LoopLoss.loss(rewards, ranks);
        r[i] = at - h;
        double below = LoopLoss.loss(rewards, ranks);
        r[i] = at;
        slopes.add((above - below) / (2 * h));
      }
    }
    return slopes.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Test
  void everyPromptCountsOnceHoweverManyPairsItHas() {
    var two = new double[] {0.5, -0.5};
    var nine = new double[] {1, -1, 2, 0, 3, -2, 1, 5, 4};
    var order = new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9};

    double both = lossOf(List.of(two, nine), List.of(new int[] {2, 1}, order)).loss;

    double mean =
        (lossOf(List.of(two), List.of(new int[] {2, 1})).loss
                + lossOf(List.of(nine), List.of(order)).loss)
            / 2;
    assertThat(both).isCloseTo(mean, within(1e-14));
  }

  @Test
  void aPromptWhoseRankingIsOneTieChangesNothing() {
    var rewards = new double[] {0.3, 1.4};
    var ranks = new int[] {1, 2};

    var with =
        lossOf(List.of(rewards, new double[] {1e30, -1e30}), List.of(ranks, new int[] {1, 1}));

    var alone = lossOf(List.of(rewards), List.of(ranks));
    assertThat(with.loss).isEqualTo(alone.loss);
    assertThat(Arrays.copyOf(with.gradient, 2)).isEqualTo(alone.gradient);
    assertThat(with.gradient[2]).isZero();
  }

  @Test
  void aShiftOfAllRewardsChangesNothing() {
    var ranks = List.of(new int[] {3, 1, 2});
    var low = lossOf(List.of(new double[] {0.25, 1.5, -2}), ranks);
    var high = lossOf(List.of(new double[] {64.25, 65.5, 62}), ranks);

    assertThat(high.loss).isEqualTo(low.loss);
    assertThat(Arrays.stream(low.gradient).sum()).isCloseTo(0, within(1e-15));
  }

  @Test
  void farApartRewardsNeitherOverflowNorVanish() {
    assertThat(lossOf(List.of(new double[] {-800, 800}), List.of(new int[] {1, 2})).loss)
        .isEqualTo(1600);
    assertThat(lossOf(List.of(new double[] {800, -800}), List.of(new int[] {1, 2})).loss).isZero();
    assertThat(RankingLoss.ofPair(-1600)).isEqualTo(1600);
    assertThat(RankingLoss.ofPair(1600)).isZero();
    assertThat(RankingLoss.ofPair(0)).isCloseTo(Math.log(2), within(1e-15));
  }
}
