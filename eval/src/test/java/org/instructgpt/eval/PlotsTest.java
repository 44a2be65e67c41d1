package org.instructgpt.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Bars;
import org.instructgpt.plot.Figure.Bars.Bar;
import org.instructgpt.plot.Figure.Bars.Reference;
import org.instructgpt.plot.Figure.Curves;
import org.instructgpt.plot.Figure.Curves.Point;
import org.instructgpt.plot.Figure.Curves.Series;
import org.instructgpt.plot.Figure.Curves.Style;
import org.instructgpt.statistics.Estimate;
import org.junit.jupiter.api.Test;

class PlotsTest {
  private static final Bar WIN = Bar.of("PPO", new Estimate(0.625, 0.55, 0.7));

  @Test
  void aDotAndItsIntervalStandAtTheirPlaceOnTheAxis() throws Exception {
    assertThat(page(bars(WIN)))
        .contains("class=\"interval\" x1=\"55.00%\" x2=\"70.00%\"")
        .contains("class=\"dot\" cx=\"62.50%\"")
        .contains("class=\"reference\" x1=\"50.00%\"")
        .contains("chance 50%");
  }

  @Test
  void aDotWhoseIntervalIncludesTheReferenceIsHollow() throws Exception {
    Bar unclear = Bar.of("PPO", new Estimate(0.55, 0.49, 0.61));

    assertThat(page(bars(unclear))).contains("class=\"dot open\"");
    assertThat(page(bars(WIN))).doesNotContain("dot open");
  }

  @Test
  void anIntervalWithoutLengthIsNotDrawn() throws Exception {
    assertThat(page(bars(Bar.of("PPO", Figure.exact(0.6)))))
        .contains("class=\"dot\"")
        .doesNotContain("class=\"interval\"", "95% intervals");
  }

  @Test
  void aHeadingStandsOnceAboveItsRows() throws Exception {
    Bar one = new Bar("a", "Open QA", WIN.value(), "");
    Bar two = new Bar("b", "Open QA", WIN.value(), "");

    String page = page(bars(one, two));

    assertThat(page.split("class=\"group\"")).hasSize(2);
    assertThat(page).contains("--rows:3").contains("--at:2");
  }

  @Test
  void theLineOfACurveHangsFromTheTop() throws Exception {
    Series line = new Series("s", Style.LINE, List.of(Point.of(0, 0), Point.of(1, 1)));

    assertThat(page(new Curves("c", "x", "y", false, List.of(line))))
        .contains("points=\"0.00,100.00 100.00,3.85\"");
  }

  @Test
  void namesAtTheEndsKeepTheirDistance() throws Exception {
    List<Series> series =
        IntStream.range(0, 6)
            .mapToObj(i ->
                new Series(
                    "s" + i, Style.LINE, List.of(Point.of(0, i), Point.of(1, 0.01 * (i % 2)))))
            .toList();

    double[] tops =
        Pattern.compile("<svg x=\"100%\" y=\"([0-9.]+)%\">[^/]*/><text x=\"15\" y=\"([-0-9.]+)\">")
            .matcher(page(new Curves("c", "x", "y", false, series)))
            .results()
            .mapToDouble(found ->
                3 * Double.parseDouble(found.group(1)) + Double.parseDouble(found.group(2)))
            .sorted()
            .toArray();

    assertThat(tops).hasSize(6);
    assertThat(tops[0]).isNotNegative();
    assertThat(tops[5]).isLessThanOrEqualTo(300);
    for (int i = 1; i < tops.length; i++) {
      assertThat(tops[i] - tops[i - 1]).isGreaterThan(16.9);
    }
  }

  @Test
  void aFitHasTheColourOfTheSeriesBeforeIt() throws Exception {
    List<Point> points = List.of(Point.of(0, 0), Point.of(1, 1));
    Curves curves =
        new Curves(
            "c",
            "x",
            "y",
            false,
            List.of(
                new Series("one", Style.LINE, points),
                new Series("two", Style.DOTS, points),
                new Series("fit", Style.DASHES, points)));

    assertThat(page(curves)).contains("stroke dashes s2").contains("class=\"stroke s1\"");
  }

  @Test
  void pointsThatWereNotMeasuredAreLeftOut() throws Exception {
    List<Point> points = List.of(Point.of(0, 0), Point.of(1, Double.NaN), Point.of(2, 1));
    Curves curves = new Curves("c", "x", "y", false, List.of(new Series("s", Style.LINE, points)));

    assertThat(page(curves)).contains("points=\"0.00,100.00 100.00,3.85\"").doesNotContain("NaN");
  }

  @Test
  void winsAndLossesOfTheMatrixDifferInMoreThanColour() throws Exception {
    double[][] shares = {{Double.NaN, 0.75}, {0.25, Double.NaN}};

    assertThat(page(Figure.Heat.of("m", List.of("a", "b"), shares)))
        .contains("class=\"win\" style=\"--strength:0.40\" title=\"75.0%\">75<")
        .contains("class=\"loss\" style=\"--strength:0.40\" title=\"25.0%\">25<");
  }

  private static Bars bars(Bar... bars) {
    return new Bars("b", "%", List.of(new Reference("chance", 0.5)), List.of(bars));
  }

  private static String page(Figure figure) throws Exception {
    var section = new Report.Section("a", "A", "a", Collections.singletonList(figure));
    return ReportPage.of(new Report("t", "s", List.of(), List.of(section), Map.of()));
  }
}
