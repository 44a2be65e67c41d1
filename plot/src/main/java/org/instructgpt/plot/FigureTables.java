package org.instructgpt.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.instructgpt.plot.Figure.Cell;
import org.instructgpt.plot.Figure.Grid;
import org.instructgpt.plot.Figure.Heat;
import org.instructgpt.plot.Figure.Verdict;
import org.instructgpt.statistics.Estimate;

/// Draws tables: [Grid], [Heat], and the numbers below each plot.
///
/// Tables of many columns become a list of cards on a narrow screen; each cell then shows the name
/// of its column (`data-head`). The style sheet does that, which hides the table's structure from
/// assistive programs; the ARIA roles restore it.
public final class FigureTables {
  /// Tables with more columns do not fit a narrow screen.
  private static final int NARROW = 3;

  /// The strongest colour of a [Heat], at which the numbers can still be read.
  private static final double STRONGEST = 0.8;

  private FigureTables() {}

  public static void grid(Markup page, Grid grid) {
    boolean cards = grid.head().size() > NARROW;
    scroll(page, grid.caption());
    page.open("table", "role", "table", "class", cards ? "grid cards" : "grid");
    List<String> classes = new ArrayList<>();
    for (int column = 0; column < grid.head().size(); column++) {
      classes.add(right(grid, column) ? "right" : "left");
    }
    head(page, grid.head(), classes);
    page.open("tbody", "role", "rowgroup");
    for (List<Cell> row : grid.rows()) {
      page.open("tr", "role", "row");
      for (int column = 0; column < row.size(); column++) {
        page.open(
            "td",
            "role",
            "cell",
            "class",
            classes.get(column),
            "data-head",
            grid.head().get(column));
        cell(page, row.get(column));
        page.close();
      }
      page.close();
    }
    page.close().close().close();
  }

  public static void heat(Markup page, Heat heat) {
    scroll(page, heat.caption());
    page.open("table", "class", "heat").open("thead").open("tr");
    page.line("td", "");
    heat.labels().forEach(label -> page.open("th", "scope", "col").line("span", label).close());
    page.close().close().open("tbody");
    for (int row = 0; row < heat.labels().size(); row++) {
      page.open("tr").line("th", heat.labels().get(row), "scope", "row");
      heat.values().get(row).forEach(value -> share(page, value));
      page.close();
    }
    page.close().close().close();
    page.line(
        "p",
        "Percent of comparisons that the row wins against the column; bold where the 95% interval"
            + " excludes one half.",
        "class",
        "legend");
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < heat.labels().size(); row++) {
      for (int column = 0; column < heat.labels().size(); column++) {
        Estimate value = heat.values().get(row).get(column);
        if (PlotNumbers.measured(value)) {
          rows.add(
              List.of(
                  heat.labels().get(row),
                  heat.labels().get(column),
                  PlotNumbers.value(value, PlotNumbers.SHARE),
                  PlotNumbers.interval(value, PlotNumbers.SHARE)));
        }
      }
    }
    numbers(page, List.of("Model", "Against", "Wins", "95% interval"), rows);
  }

  /// The numbers of a plot in a collapsed table, for readers who cannot see the plot or want to
  /// copy them.
  static void numbers(Markup page, List<String> head, List<List<String>> rows) {
    page.open("details").line("summary", "The numbers");
    scroll(page, "The numbers");
    page.open("table", "class", "numbers");
    head(page, head, head.stream().map(name -> "left").toList());
    page.open("tbody");
    for (List<String> row : rows) {
      page.open("tr");
      row.forEach(cell -> page.line("td", cell));
      page.close();
    }
    page.close().close().close().close();
  }

  /// A table that is too wide scrolls by itself, with the keyboard as well.
  private static void scroll(Markup page, String name) {
    page.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", name);
  }

  private static void head(Markup page, List<String> names, List<String> classes) {
    page.open("thead", "role", "rowgroup").open("tr", "role", "row");
    for (int column = 0; column < names.size(); column++) {
      page.line(
          "th",
          names.get(column),
          "role",
          "columnheader",
          "scope",
          "col",
          "class",
          classes.get(column));
    }
    page.close().close();
  }

  private static void cell(Markup page, Cell cell) {
    switch (cell) {
      case Cell.Text(String text) -> page.text(text);
      case Cell.Quantity(Estimate value, String unit) -> {
        page.line("span", PlotNumbers.value(value, unit), "class", "figure");
        if (PlotNumbers.hasInterval(value)) {
          page.text(" ");
          page.line("span", PlotNumbers.interval(value, unit), "class", "range");
        }
      }
      case Cell.Judged(Verdict verdict) ->
          page.line(
              "span", word(verdict), "class", "verdict " + verdict.name().toLowerCase(Locale.ROOT));
    }
  }

  private static void share(Markup page, Estimate value) {
    if (!PlotNumbers.measured(value)) {
      page.line("td", "\u00b7", "class", "none");
      return;
    }
    double lead = Math.clamp(2 * value.value() - 1, -1, 1);
    boolean decided = PlotNumbers.hasInterval(value) && (value.low() > 0.5 || value.high() < 0.5);
    page.line(
        "td",
        String.format(Locale.ROOT, "%.0f", 100 * value.value()),
        "class",
        (lead < 0 ? "loss" : "win") + (decided ? " decided" : ""),
        "style",
        "--strength:" + PlotAxis.decimal(STRONGEST * Math.abs(lead)),
        "title",
        PlotNumbers.whole(value, PlotNumbers.SHARE));
  }

  private static boolean right(Grid grid, int column) {
    return !grid.rows().isEmpty()
        && grid.rows().stream().allMatch(row -> row.get(column) instanceof Cell.Quantity);
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case HOLDS -> "\u2713 holds";
      case FAILS -> "\u2717 does not hold";
      case UNDECIDED -> "? undecided";
    };
  }
}
