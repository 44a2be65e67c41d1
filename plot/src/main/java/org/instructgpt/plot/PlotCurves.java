package org.instructgpt.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.instructgpt.plot.Figure.Curves;
import org.instructgpt.plot.Figure.Curves.Point;
import org.instructgpt.plot.Figure.Curves.Series;
import org.instructgpt.plot.Figure.Curves.Style;
import org.instructgpt.statistics.Estimate;

/// Draws [Curves]: each series in its own colour and with its own mark, labelled at its end.
///
/// Lines are in an inner drawing of 100 by 100 that stretches with the page while the strokes keep
/// their width; marks and names are placed by percentages outside it, so they keep their shape.
public final class PlotCurves {
  /// Height of the drawing in pixels; the same as in the style sheet.
  private static final double HEIGHT = 300;

  /// The least distance between two names, in pixels.
  private static final double LEADING = 17;

  /// Margin above and below the curves, as a share of their range.
  private static final double ROOM = 0.04;

  private static final double PIXELS_A_LETTER = 7.4;
  private static final int LONGEST_NAME = 24;

  /// Lines with more points than this are drawn without marks.
  private static final int MARKED = 24;

  private final Markup page;
  private final Curves curves;
  private final PlotAxis x;
  private final PlotAxis y;

  /// A series and its colour, 0 for grey.
  private record Painted(Series series, int colour) {
    String style() {
      return "s" + colour;
    }

    List<Point> measured() {
      return series.points().stream().filter(point -> PlotNumbers.measured(point.y())).toList();
    }
  }

  /// A series' name, moved so that it covers no other.
  private record Label(Painted painted, Point end, double top) {}

  private PlotCurves(Markup page, Curves curves) {
    this.page = page;
    this.curves = curves;
    DoubleStream across = points().mapToDouble(Point::x);
    x = curves.logX() ? PlotAxis.logarithmic(across) : PlotAxis.linear(across, 0);
    y = PlotAxis.linear(points().map(Point::y).flatMapToDouble(PlotCurves::ends), ROOM);
  }

  /// @param id for the drawing's title and description; unique in the page
  public static void draw(Markup page, Curves curves, String id) {
    var plot = new PlotCurves(page, curves);
    plot.legend();
    plot.drawing(id);
    plot.remark();
    plot.numbers();
  }

  private void drawing(String id) {
    List<Painted> painted = painted();
    long right = Math.round(longestName() * PIXELS_A_LETTER) + 24;
    page.open("div", "class", "plot curves", "style", "--right:" + right + "px");
    page.line("p", curves.y(), "class", "axis");
    page.open("svg", "role", "img", "aria-labelledby", id + "-title " + id + "-desc");
    page.line("title", curves.caption(), "id", id + "-title");
    page.line("desc", description(), "id", id + "-desc");
    axes();
    page.open("svg", "class", "area", "viewBox", "0 0 100 100", "preserveAspectRatio", "none");
    painted.forEach(this::strokes);
    page.close();
    painted.forEach(this::marks);
    labels(painted).forEach(this::label);
    page.close();
    page.line("p", curves.x(), "class", "axis across");
    page.close();
  }

  private void axes() {
    for (double tick : y.ticks()) {
      String place = y.down(tick);
      page.lone("line", "class", "rule", "x1", "0", "x2", "100%", "y1", place, "y2", place);
      page.line("text", y.name(tick, ""), "class", "tick side", "x", "-10", "y", place);
    }
    for (double tick : x.ticks()) {
      String place = x.along(tick);
      page.line("text", x.name(tick, ""), "class", "tick", "x", place, "y", "100%", "dy", "20");
    }
    page.lone("line", "class", "base", "x1", "0", "x2", "100%", "y1", "100%", "y2", "100%");
  }

  /// The band of the intervals and the line.
  private void strokes(Painted painted) {
    List<Point> points = painted.measured();
    Style style = painted.series().style();
    if (style == Style.DOTS || points.size() < 2) {
      return;
    }
    if (points.stream().allMatch(point -> PlotNumbers.hasInterval(point.y()))) {
      String band = path(points, Estimate::high) + " " + path(points.reversed(), Estimate::low);
      page.lone("polygon", "class", "band " + painted.style(), "points", band);
    }
    page.lone(
        "polyline",
        "class",
        (style == Style.DASHES ? "stroke dashes " : "stroke ") + painted.style(),
        "points",
        path(points, Estimate::value));
  }

  private String path(List<Point> points, ToDoubleFunction<Estimate> number) {
    return points.stream()
        .map(point ->
            PlotAxis.decimal(x.place(point.x()))
                + ","
                + PlotAxis.decimal(100 - y.place(number.applyAsDouble(point.y()))))
        .collect(Collectors.joining(" "));
  }

  private void marks(Painted painted) {
    List<Point> points = painted.measured();
    Style style = painted.series().style();
    if (!marked(painted)) {
      return;
    }
    for (Point point : points) {
      String across = x.along(point.x());
      if (style == Style.DOTS && PlotNumbers.hasInterval(point.y())) {
        page.lone(
            "line",
            "class",
            "whisker " + painted.style(),
            "x1",
            across,
            "x2",
            across,
            "y1",
            y.down(point.y().low()),
            "y2",
            y.down(point.y().high()));
      }
      mark(painted, across, y.down(point.y().value()));
    }
  }

  private static boolean marked(Painted painted) {
    return switch (painted.series().style()) {
      case DOTS -> true;
      case LINE -> painted.measured().size() <= MARKED;
      case DASHES -> false;
    };
  }

  private void mark(Painted painted, String across, String down) {
    page.lone(
        "use",
        "href",
        "#mark-" + painted.colour(),
        "class",
        "mark " + painted.style(),
        "x",
        across,
        "y",
        down);
  }

  /// A dotted line from the last mark to the edge, then a short one to the name.
  private void label(Label label) {
    String style = label.painted().style();
    String down = y.down(label.end().y().value());
    String moved = PlotAxis.decimal(label.top() - height(label.end()));
    page.open("g", "class", "ending " + style);
    page.lone(
        "line",
        "class",
        "leader",
        "x1",
        x.along(label.end().x()),
        "x2",
        "100%",
        "y1",
        down,
        "y2",
        down);
    page.open("svg", "x", "100%", "y", down);
    page.lone("line", "class", "leader", "x1", "3", "x2", "11", "y1", "0", "y2", moved);
    page.open("text", "x", "15", "y", moved);
    page.text(shortened(label.painted().series().name())).close();
    page.close().close();
  }

  /// The distance of a value from the top, in pixels.
  private double height(Point point) {
    return (100 - y.place(point.y().value())) / 100 * HEIGHT;
  }

  /// Names at the ends of their series, from the top down; where two would overlap the lower one is
  /// moved down, and if that runs off the bottom all above it are moved up.
  private List<Label> labels(List<Painted> painted) {
    List<Label> labels = new ArrayList<>();
    for (Painted each : painted) {
      List<Point> points = each.measured();
      if (!points.isEmpty()) {
        Point end = points.stream().max(Comparator.comparingDouble(Point::x)).orElseThrow();
        labels.add(new Label(each, end, height(end)));
      }
    }
    labels.sort(Comparator.comparingDouble(Label::top));
    double least = 0;
    for (int i = 0; i < labels.size(); i++) {
      least = moved(labels, i, Math.max(least, labels.get(i).top())) + LEADING;
    }
    double most = HEIGHT;
    for (int i = labels.size() - 1; i >= 0; i--) {
      most = moved(labels, i, Math.min(most, labels.get(i).top())) - LEADING;
    }
    return labels;
  }

  private static double moved(List<Label> labels, int i, double top) {
    labels.set(i, new Label(labels.get(i).painted(), labels.get(i).end(), top));
    return top;
  }

  /// The legend again above the plot, for pages too narrow to have the names beside it.
  private void legend() {
    page.open("ul", "class", "series", "aria-hidden", "true");
    for (Painted painted : painted()) {
      page.open("li");
      page.open("svg", "class", "sample", "viewBox", "0 0 28 12");
      if (painted.series().style() != Style.DOTS) {
        String stroke = painted.series().style() == Style.DASHES ? "stroke dashes " : "stroke ";
        page.lone("path", "class", stroke + painted.style(), "d", "M1 6H27");
      }
      if (marked(painted)) {
        mark(painted, "14", "6");
      }
      page.close().text(painted.series().name()).close();
    }
    page.close();
  }

  private void remark() {
    boolean intervals = points().anyMatch(point -> PlotNumbers.hasInterval(point.y()));
    if (intervals) {
      page.line("p", "Bands and whiskers are 95% intervals.", "class", "legend");
    }
  }

  private void numbers() {
    List<List<String>> rows = new ArrayList<>();
    for (Series series : curves.series()) {
      for (Point point : series.points()) {
        rows.add(
            List.of(
                series.name(),
                PlotNumbers.brief(point.x(), ""),
                PlotNumbers.value(point.y(), ""),
                PlotNumbers.interval(point.y(), "")));
      }
    }
    FigureTables.numbers(page, List.of("Series", curves.x(), curves.y(), "95% interval"), rows);
  }

  private String description() {
    return curves.series().stream()
        .filter(series -> !series.points().isEmpty())
        .map(series -> {
          Point first = series.points().getFirst();
          Point last = series.points().getLast();
          return "%s: from %s at %s to %s at %s"
              .formatted(
                  series.name(),
                  PlotNumbers.value(first.y(), ""),
                  PlotNumbers.brief(first.x(), ""),
                  PlotNumbers.value(last.y(), ""),
                  PlotNumbers.brief(last.x(), ""));
        })
        .collect(Collectors.joining("; ", curves.y() + " over " + curves.x() + ". ", ""));
  }

  private List<Painted> painted() {
    List<Painted> painted = new ArrayList<>();
    int colour = 0;
    for (Series series : curves.series()) {
      colour += series.style() == Style.DASHES ? 0 : 1;
      painted.add(new Painted(series, colour));
    }
    return painted;
  }

  private int longestName() {
    return curves.series().stream().mapToInt(s -> shortened(s.name()).length()).max().orElse(0);
  }

  private Stream<Point> points() {
    return curves.series().stream().flatMap(series -> series.points().stream());
  }

  private static DoubleStream ends(Estimate estimate) {
    return PlotNumbers.hasInterval(estimate)
        ? DoubleStream.of(estimate.value(), estimate.low(), estimate.high())
        : DoubleStream.of(estimate.value());
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : name.substring(0, LONGEST_NAME - 1).strip() + "\u2026";
  }
}
