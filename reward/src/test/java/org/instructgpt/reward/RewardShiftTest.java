package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RewardShiftTest {
  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void demonstrationsAverageZeroAfterwards() {
    var model = Toys.model(DType.FLOAT32, 1);
    model.setBias(0.75); // a bias that is there already is part of what is shifted
    var demonstrations = Toys.demonstrations(100, 2);

    double bias = RewardShift.apply(model, demonstrations, 200);

    double[] rewards = SequenceScorer.longestFirst(1000).rewards(model, demonstrations);
    assertThat(Arrays.stream(rewards).average().orElseThrow()).isCloseTo(0, within(1e-6));
    assertThat(bias).isEqualTo(model.bias());
    assertThat(Arrays.stream(rewards).map(Math::abs).max().orElseThrow()).isGreaterThan(0.1);
  }

  @Test
  void differencesOfRewardsStay() {
    var model = Toys.model(DType.FLOAT64, 1);
    var rankings = Toys.rankings(10, 3);
    var before = ScoredRanking.of(model, rankings, 500);

    double bias = RewardShift.apply(model, Toys.demonstrations(50, 2), 500);

    var after = ScoredRanking.of(model, rankings, 500);
    for (int i = 0; i < rankings.size(); i++) {
      assertThat(after.get(i).margins()).containsExactly(before.get(i).margins(), within(1e-14));
      assertThat(after.get(i).rewards()[0] - before.get(i).rewards()[0])
          .isCloseTo(bias, within(1e-14));
    }
  }

  @Test
  void shiftingTwiceIsShiftingOnce() {
    var model = Toys.model(DType.FLOAT64, 1);
    var demonstrations = Toys.demonstrations(20, 2);

    double once = RewardShift.apply(model, demonstrations, 300);

    assertThat(RewardShift.apply(model, demonstrations, 300)).isCloseTo(once, within(1e-14));
  }

  @Test
  void noDemonstrationsAreRefused() {
    var model = Toys.model(DType.FLOAT32, 1);
    assertThatThrownBy(() -> RewardShift.apply(model, List.of(), 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected demonstrations");
  }
}
