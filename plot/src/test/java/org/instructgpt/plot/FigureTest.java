package org.instructgpt.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.instructgpt.plot.Figure.Cell;
import org.instructgpt.plot.Figure.Curves;
import org.instructgpt.plot.Figure.Curves.Point;
import org.instructgpt.plot.Figure.Curves.Series;
import org.instructgpt.plot.Figure.Curves.Style;
import org.junit.jupiter.api.Test;

class FigureTest {
  @Test
  void aRowOfAnotherLengthIsRefusedByItsNumber() {
    List<List<String>> rows = List.of(List.of("1", "2"), List.of("3"));

    assertThatThrownBy(() -> Figure.Grid.ofTexts("table", List.of("a", "b"), rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "figure \"table\": expected 2 cells in each row, one for each column, found 1 in row 2");
  }

  @Test
  void aMatrixThatIsNotSquareIsRefused() {
    assertThatThrownBy(() -> Figure.Heat.of("m", List.of("a", "b"), new double[][] {{1, 2}}))
        .hasMessageContaining("2 rows");
  }

  @Test
  void emptyPlotsAreRefused() {
    assertThatThrownBy(() -> new Figure.Bars("b", "%", List.of(), List.of()))
        .hasMessageContaining("at least one bar");
    assertThatThrownBy(() -> new Curves("c", "", "", false, List.of()))
        .hasMessageContaining("at least one series");
  }

  @Test
  void anAxisThatCannotHoldAPointIsRefused() {
    Series series = new Series("s", Style.DOTS, List.of(Point.of(0, 1)));

    assertThatThrownBy(() -> new Curves("c", "", "", true, List.of(series)))
        .hasMessageContaining("positive x of \"s\"");
  }

  @Test
  void thereAreSixColoursAndDashesNeedNone() {
    Series line = new Series("line", Style.LINE, List.of(Point.of(0, 1), Point.of(1, 2)));
    Series dashes = new Series("fit", Style.DASHES, List.of(Point.of(0, 1)));
    List<Series> six = Collections.nCopies(6, line);

    assertThat(new Curves("c", "", "", false, joined(six, dashes)).series()).hasSize(7);
    assertThatThrownBy(() -> new Curves("c", "", "", false, joined(six, line)))
        .hasMessageContaining("at most 6 series, found 7");
  }

  @Test
  void cellsAreMadeByTheirKind() {
    assertThat(Cell.number(0.5, "%")).isEqualTo(new Cell.Quantity(Figure.exact(0.5), "%"));
    assertThat(Figure.Grid.ofTexts("", List.of("a"), List.of(List.of("x"))).rows())
        .containsExactly(List.of(Cell.text("x")));
  }

  private static List<Series> joined(List<Series> some, Series last) {
    return java.util.stream.Stream.concat(some.stream(), java.util.stream.Stream.of(last)).toList();
  }
}
