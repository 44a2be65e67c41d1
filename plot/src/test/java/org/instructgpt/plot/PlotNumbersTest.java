package org.instructgpt.plot;

import static org.assertj.core.api.Assertions.assertThat;

import org.instructgpt.statistics.Estimate;
import org.junit.jupiter.api.Test;

class PlotNumbersTest {
  @Test
  void aNumberWithoutAnIntervalHasThreeDigits() {
    assertThat(alone(0.123456, "")).isEqualTo("0.123");
    assertThat(alone(3.14159, "nats")).isEqualTo("3.14 nats");
    assertThat(alone(12_725, "")).isEqualTo("12,725");
    assertThat(alone(12_725.6, "")).isEqualTo("12,726");
    assertThat(alone(9.65e-6, "")).isEqualTo("9.65e-06");
    assertThat(alone(0.0013, "%")).isEqualTo("0.13%");
    assertThat(alone(1, "%")).isEqualTo("100.0%");
  }

  @Test
  void anIntervalSaysHowManyDecimalsThereAre() {
    assertThat(PlotNumbers.whole(new Estimate(0.031234, 0.0121, 0.05), ""))
        .isEqualTo("0.031 (0.012 to 0.050)");
    assertThat(PlotNumbers.whole(new Estimate(-0.004, -0.03, 0.022), "bits"))
        .isEqualTo("\u22120.004 bits (\u22120.030 to 0.022)");
    assertThat(PlotNumbers.whole(new Estimate(5, 4.2, 5.8), "")).isEqualTo("5.0 (4.2 to 5.8)");
    assertThat(PlotNumbers.whole(new Estimate(1234.5, 1000, 1500), ""))
        .isEqualTo("1,235 (1,000 to 1,500)");
    assertThat(PlotNumbers.whole(new Estimate(0.6234, 0.5811, 0.664), "%"))
        .isEqualTo("62.3% (58.1 to 66.4)");
  }

  @Test
  void aMinusIsTypesetAndNeverStandsBeforeZero() {
    assertThat(alone(-0.031, "")).isEqualTo("\u22120.0310");
    assertThat(PlotNumbers.value(new Estimate(-0.01, -5, 5), "")).isEqualTo("0");
    assertThat(alone(-0.0, "")).isEqualTo("0");
  }

  @Test
  void briefNumbersHaveNoZerosAtTheirEnd() {
    assertThat(PlotNumbers.brief(0.5, "%")).isEqualTo("50%");
    assertThat(PlotNumbers.brief(0.7321, "%")).isEqualTo("73.2%");
    assertThat(PlotNumbers.brief(-20, "")).isEqualTo("\u221220");
    assertThat(PlotNumbers.brief(0, "")).isEqualTo("0");
    assertThat(PlotNumbers.brief(1e-5, "")).isEqualTo("0.00001");
  }

  @Test
  void withoutAnIntervalNoneIsWritten() {
    assertThat(PlotNumbers.whole(Figure.exact(0.5), "")).isEqualTo("0.500");
    assertThat(PlotNumbers.whole(Figure.exact(Double.NaN), "%")).isEqualTo("not measured");
  }

  private static String alone(double value, String unit) {
    return PlotNumbers.value(Figure.exact(value), unit);
  }
}
