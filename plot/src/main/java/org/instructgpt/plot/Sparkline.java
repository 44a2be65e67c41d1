package org.instructgpt.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A small line chart without axes, as coordinates in a drawing of [#WIDTH] by [#HEIGHT].
///
/// @param path the points of the line, as `x,y x,y ...`
/// @param endX the last point
/// @param endY the last point
public record Sparkline(String path, String endX, String endY) {
  public static final int WIDTH = 320;
  public static final int HEIGHT = 96;
  private static final int MARGIN_X = 4;
  private static final int MARGIN_Y = 6;

  /// A point in the units of the data.
  public record Point(double x, double y) {}

  /// A line through points in the order of x; at least one. It fills the drawing; a constant line
  /// lies in the middle.
  public static Sparkline of(List<Point> points) {
    double from = points.getFirst().x();
    double span = Math.max(1e-12, points.getLast().x() - from);
    double low = points.stream().mapToDouble(Point::y).min().orElseThrow();
    double range = points.stream().mapToDouble(Point::y).max().orElseThrow() - low;
    var path = new ArrayList<String>();
    String x = "";
    String y = "";
    for (Point point : points) {
      double up = range == 0 ? 0.5 : (point.y() - low) / range;
      x = coordinate(MARGIN_X + (WIDTH - 2 * MARGIN_X) * (point.x() - from) / span);
      y = coordinate(MARGIN_Y + (HEIGHT - 2 * MARGIN_Y) * (1 - up));
      path.add(x + "," + y);
    }
    return new Sparkline(String.join(" ", path), x, y);
  }

  private static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
