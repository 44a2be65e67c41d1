package org.instructgpt.plot;

import java.util.List;
import org.instructgpt.plot.Figure.Curves.Point;
import org.instructgpt.plot.Figure.Curves.Series;
import org.instructgpt.plot.Figure.Curves.Style;

/// Validates a [Figure] before it is drawn; messages name the figure by its caption.
final class FigureCheck {
  private FigureCheck() {}

  static void some(String caption, String what, List<?> things) {
    if (things.isEmpty()) {
      throw bad(caption, "at least one " + what, "none");
    }
  }

  static void finite(String caption, String what, double value) {
    if (!Double.isFinite(value)) {
      throw bad(caption, "a number for \"" + what + "\"", value);
    }
  }

  static void rectangle(String caption, int columns, List<? extends List<?>> rows) {
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).size() != columns) {
        throw bad(
            caption,
            columns + " cells in each row, one for each column",
            rows.get(i).size() + " in row " + (i + 1));
      }
    }
  }

  static void square(String caption, int size, List<? extends List<?>> rows) {
    if (rows.size() != size) {
      throw bad(caption, size + " rows, one for each label", rows.size());
    }
    rectangle(caption, size, rows);
  }

  static void curves(String caption, boolean logX, List<Series> series) {
    long colours = series.stream().filter(each -> each.style() != Style.DASHES).count();
    if (colours > Figure.Curves.MOST) {
      throw bad(caption, "at most " + Figure.Curves.MOST + " series", colours);
    }
    for (Series each : series) {
      for (Point point : each.points()) {
        finite(caption, "x of " + each.name(), point.x());
        if (logX && point.x() <= 0) {
          throw bad(caption, "positive x of \"" + each.name() + "\" on a log axis", point.x());
        }
      }
    }
  }

  private static IllegalArgumentException bad(String caption, String expected, Object found) {
    return new IllegalArgumentException(
        "figure \"" + caption + "\": expected " + expected + ", found " + found);
  }
}
