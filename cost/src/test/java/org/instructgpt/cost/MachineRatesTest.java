package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.instructgpt.cost.MachineRates.Product;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MachineRatesTest {
  /// With a clock that goes on 10 ms each time it is read, every product takes 10 ms, so the
  /// largest has the best rate: 2 x 4 x 5 x 6 operations. A copy of 256 MiB reads and writes that
  /// much.
  @Test
  void theBestProductIsTheRateAndBothDirectionsOfACopyCount() {
    var clock = new AtomicLong();
    var products = List.of(new Product(1, 2, 3), new Product(4, 5, 6), new Product(2, 2, 2));
    var rates =
        MachineRates.measureProducts(
            products, Place.processor(Precision.FULL), () -> clock.addAndGet(10_000_000));
    assertThat(rates.operationsPerSecond()).isEqualTo(240 / 0.01);
    assertThat(rates.fastest()).isEqualTo("4 x 5 x 6");
    assertThat(rates.bytesPerSecond()).isEqualTo(2 * 256 * 1048576 / 0.01);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "BFLOAT16"})
  void theGemmRateIsMeasured(DType type) {
    assertThat(MachineRates.ofSquare(type, 64, System::nanoTime)).isGreaterThan(1e6);
  }

  @Test
  void theGemmRateIsOperationsOverTheBestTime() {
    // A clock on which each product takes 1,000 ns: 2 * 8^3 operations in a microsecond.
    var ticks = new AtomicLong();
    assertThat(MachineRates.ofSquare(DType.FLOAT32, 8, () -> ticks.getAndAdd(1000)))
        .isCloseTo(1024 / 1e-6, within(1.0));
  }
}
