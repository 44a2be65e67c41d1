package org.instructgpt.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class PlotAxisTest {
  @Test
  void ticksAreRoundAndLieWithinTheValues() {
    PlotAxis axis = PlotAxis.linear(DoubleStream.of(-0.2, 0.8), 0);

    assertThat(axis.ticks())
        .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1, Double.class)
        .containsExactly(-0.2, 0.0, 0.2, 0.4, 0.6, 0.8);
    assertThat(axis.place(0.3)).isCloseTo(50, within(1e-9));
    assertThat(axis.along(0.55)).isEqualTo("75.00%");
    assertThat(axis.down(0.55)).isEqualTo("25.00%");
    assertThat(names(axis, "")).containsExactly("\u22120.2", "0.0", "0.2", "0.4", "0.6", "0.8");
  }

  @Test
  void zeroIsOnTheAxisWhenItIsNear() {
    assertThat(PlotAxis.linear(DoubleStream.of(3, 9), 0.1).low()).isZero();
    assertThat(PlotAxis.linear(DoubleStream.of(8, 9), 0.1).low()).isCloseTo(7.9, within(1e-9));
    assertThat(PlotAxis.linear(DoubleStream.of(-9, -3), 0.1).high()).isZero();
  }

  @Test
  void aSingleValueHasRoomAroundIt() {
    for (double value : new double[] {0, 7, -7, 1e-6}) {
      PlotAxis axis = PlotAxis.linear(DoubleStream.of(value), 0.1);
      assertThat(axis.place(value)).isBetween(10.0, 90.0);
    }
    assertThat(PlotAxis.linear(DoubleStream.of(Double.NaN), 0.1).high()).isPositive();
  }

  @Test
  void sharesGoFromNoneToAllUnlessAllAreSmall() {
    assertThat(names(PlotAxis.shares(DoubleStream.of(0.3, 0.62)), "%"))
        .containsExactly("0%", "20%", "40%", "60%", "80%", "100%");
    assertThat(names(PlotAxis.shares(DoubleStream.of(0.01, 0.042)), "%"))
        .containsExactly("0%", "1%", "2%", "3%", "4%", "5%");
  }

  @Test
  void aLogarithmicAxisHasEqualFactorsAtEqualDistances() {
    PlotAxis axis = PlotAxis.logarithmic(DoubleStream.of(0.01, 1, 100));

    assertThat(axis.place(1)).isCloseTo(50, within(1e-9));
    assertThat(axis.place(10)).isCloseTo(75, within(1e-9));
    assertThat(names(axis, "")).containsExactly("0.01", "0.1", "1", "10", "100");
    assertThat(names(PlotAxis.logarithmic(DoubleStream.of(1, 16)), ""))
        .containsExactly("1", "2", "5", "10");
    assertThat(names(PlotAxis.logarithmic(DoubleStream.of(2.2, 4.4)), ""))
        .containsExactly("2.5", "3", "3.5", "4");
    assertThat(names(PlotAxis.logarithmic(DoubleStream.of(3)), "")).isNotEmpty();
  }

  private static List<String> names(PlotAxis axis, String unit) {
    return axis.ticks().stream().map(tick -> axis.name(tick, unit)).toList();
  }
}
