package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import org.instructgpt.cost.BenchmarkReport.Measured;
import org.instructgpt.cost.BenchmarkSize.Stage;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;

class StageBenchmarkTest {
  private static final List<BenchmarkSize> SMALLEST = List.of(BenchmarkSize.A);

  private static StageBenchmark benchmark(Stage stage, long free) {
    return new StageBenchmark(
        SMALLEST,
        List.of(stage),
        Place.processor(Precision.FULL),
        new StageBenchmark.Pace(1, 0),
        free,
        OptionalDouble.of(1e15),
        System::nanoTime);
  }

  @Test
  void aStageIsMeasuredBesideItsFloor() {
    var told = new ArrayList<String>();
    var report = benchmark(Stage.SAMPLE, Long.MAX_VALUE).run(told::add, () -> false);
    assertThat(told).containsExactly("the machine", "size A, sample 1", "size A, sample 64");
    assertThat(report.rows()).hasSize(2);
    for (var row : report.rows()) {
      var found = (Measured) row.outcome();
      assertThat(found.reached()).isPositive().isLessThan(1);
      assertThat(found.perSecond()).isPositive();
    }
    assertThat(report.table())
        .contains("GFLOP/s at best", "GB/s (copy)", "sample 64", "new tokens/s", "reached")
        .contains("MFU", "of peak");
    assertThat(
            new BenchmarkReport(
                    report.place(), report.rates(), OptionalDouble.empty(), report.rows())
                .table())
        .contains("MFU")
        .doesNotContain("of peak");
    var json = report.json();
    assertThat(json.at("/machine/operations_per_second").asDouble()).isPositive();
    assertThat(json.at("/stages/1/stage").asText()).isEqualTo("sample 64");
    double operations = json.at("/stages/1/operations_per_second").asDouble();
    assertThat(operations * json.at("/stages/1/seconds").asDouble())
        .isCloseTo(json.at("/stages/1/operations").asDouble(), within(1.0));
    assertThat(json.at("/stages/1/share_of_peak").asDouble())
        .isCloseTo(operations / 1e15, within(1e-15));
    double reached = json.at("/stages/1/reached").asDouble();
    assertThat(json.at("/stages/1/units_per_second").asDouble())
        .isEqualTo(reached * json.at("/stages/1/floor_units_per_second").asDouble(), within(1e-6));
  }

  @Test
  void aStageThatNeedsMoreMemoryThanIsFreeIsLeftOutAndSaid() {
    var report = benchmark(Stage.PPO, 1_000_000).run(_ -> {}, () -> false);
    assertThat(report.table()).contains("left out: needs", "MB of memory, 1.00 MB is free");
    assertThat(report.json().at("/stages/0/memory_free").asLong()).isEqualTo(1_000_000);
  }

  @Test
  void aStopIsHeededBeforeTheNextRun() {
    var benchmark = benchmark(Stage.TRAIN, Long.MAX_VALUE);
    assertThatThrownBy(() -> benchmark.run(_ -> {}, () -> true))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void wrongSizesAndStagesNameTheRightOnes() {
    assertThatThrownBy(() -> BenchmarkSize.named("E"))
        .hasMessage("expected one of the sizes A, B, C, D, 124M, 1.3B, found 'E'");
    assertThatThrownBy(() -> Stage.named("sft"))
        .hasMessage("expected one of the stages train, sample, ppo, reward, found 'sft'");
    assertThat(BenchmarkSize.named("d").shape().parameters()).isEqualTo(124_439_808);
    assertThat(Stage.named("PPO")).isEqualTo(Stage.PPO);
  }

  @Test
  void theSizesOfAnAcceleratorHaveTheModelsOfTheirNames() {
    assertThat(BenchmarkSize.named("124m").shape()).isEqualTo(BenchmarkSize.D.shape());
    assertThat(BenchmarkSize.named("1.3b").shape().parameters())
        .isBetween(1_300_000_000L, 1_320_000_000L);
  }

  @Test
  void noRepeatsAreRefused() {
    assertThatThrownBy(() -> new StageBenchmark.Pace(0, 1))
        .hasMessageContaining("at least 1 repeat");
  }
}
