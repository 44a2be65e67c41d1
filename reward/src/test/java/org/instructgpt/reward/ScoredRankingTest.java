package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScoredRankingTest {
  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void theOrderOfTheRowsDoesNotMatter() {
    var model = Toys.model(DType.FLOAT64, 1);
    var rankings = new ArrayList<>(Toys.rankings(20, 4));
    var scored = ScoredRanking.of(model, rankings, 150);

    Collections.shuffle(rankings, new Random(5));

    for (var again : ScoredRanking.of(model, rankings, 90)) {
      var first = scored.stream().filter(s -> s.ranked() == again.ranked()).findFirst();
      assertThat(again.rewards()).containsExactly(first.orElseThrow().rewards(), within(1e-13));
    }
  }

  @Test
  void anEqualPairIsHalfRight() {
    var ranked = Toys.judged("p", "ann", List.of(1, 2, 3), 5, 5, 2);
    var scored = new ScoredRanking(ranked, new double[] {0, 1, 0});

    assertThat(scored.margins()).containsExactly(-1, 0, 1);
    assertThat(ScoredRanking.right(scored.margins())).isEqualTo(1.5);
    assertThat(scored.lengthMargins()).containsExactly(0, 3, 3);
    assertThat(ScoredRanking.right(scored.lengthMargins())).isEqualTo(2.5);
  }

  @Test
  void theLossIsThatOfTheLoops() {
    var ranks = List.of(2, 1, 2, 4);
    var rewards = new double[] {0.5, -1, 2, 0};

    double loss =
        ScoredRanking.loss(List.of(new ScoredRanking(Toys.judged("p", "ann", ranks), rewards)));

    assertThat(loss)
        .isCloseTo(LoopLoss.loss(List.of(rewards), List.of(new int[] {2, 1, 2, 4})), within(1e-14));
  }
}
