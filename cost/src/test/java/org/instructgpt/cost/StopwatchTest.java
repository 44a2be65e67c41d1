package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.instructgpt.cost.StageWork.Step;
import org.junit.jupiter.api.Test;

class StopwatchTest {
  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger runs = new AtomicInteger();
  private final Stopwatch stopwatch = new Stopwatch(now::get);

  /// Work whose runs take so many seconds, one after another, the last over and over.
  private Step taking(double... seconds) {
    return () -> {
      int run = runs.getAndIncrement();
      now.addAndGet((long) (1e9 * seconds[Math.min(run, seconds.length - 1)]));
      return Map.of("run", (double) run);
    };
  }

  @Test
  void theBestIsTheShortestRunAfterTheWarmUps() {
    var best = stopwatch.best(taking(0.5, 0.5, 3, 2, 4, 1), 2, 3, 100);
    assertThat(best.seconds()).isEqualTo(2);
    assertThat(best.metrics()).containsEntry("run", 3.0);
  }

  @Test
  void atLeastThreeRunsAreTimedThenTimeDecides() {
    var _ = stopwatch.best(taking(10), 0, 100, 1);
    assertThat(runs).hasValue(3);
    var _ = stopwatch.best(taking(10), 0, 100, 95);
    assertThat(runs).hasValue(3 + 10);
    var _ = stopwatch.best(taking(10), 0, 5, Double.POSITIVE_INFINITY);
    assertThat(runs).hasValue(3 + 10 + 5);
  }

  /// Three stretches of at least 2 seconds: 1 + 1, then 3, then 1.5 + 1.5; the means are 1, 3 and
  /// 1.5.
  @Test
  void theMedianIsOverStretchesOfRuns() {
    assertThat(stopwatch.median(taking(9, 1, 1, 3, 1.5, 1.5), 1, 3, 2))
        .isCloseTo(1.5, within(1e-9));
    assertThat(runs).hasValue(6);
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Stopwatch.median(new double[] {4, 1, 10, 2})).isEqualTo(3);
  }
}
