package org.instructgpt.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.instructgpt.plot.Figure.Bars;
import org.instructgpt.plot.Figure.Bars.Bar;
import org.instructgpt.plot.Figure.Bars.Reference;
import org.instructgpt.statistics.Estimate;

/// Draws [Bars]: a dot and the bar of its interval for each row, on one axis.
///
/// Only positions along the axis are written into the drawing. The style sheet sets the height of a
/// row and whether its name stands beside it or above it (`--row`, `--at`), so the same drawing
/// fits wide and narrow screens.
public final class PlotBars {
  /// A longer name would not fit a narrow screen.
  private static final int LONGEST_NAME = 36;

  private static final double PIXELS_A_LETTER = 7.4;

  /// Margin on both sides of the values, as a share of their range.
  private static final double ROOM = 0.04;

  /// References nearer than this, in percent of the axis, have their names one above the other.
  private static final double NEAR = 24;

  private final Markup page;
  private final Bars bars;
  private final PlotAxis axis;
  private final List<Line> lines;
  private final List<Named> named;

  /// A row of the drawing: a heading where `bar` is empty.
  private record Line(String heading, List<Bar> bar) {}

  /// A reference line, and how many other names its own name is placed above.
  private record Named(Reference reference, double place, int level) {
    String height() {
      return String.valueOf(-16 * level);
    }

    String anchor() {
      if (place < 12) {
        return "first";
      }
      return place > 88 ? "last" : "middle";
    }
  }

  private PlotBars(Markup page, Bars bars) {
    this.page = page;
    this.bars = bars;
    DoubleStream numbers =
        DoubleStream.concat(
            bars.references().stream().mapToDouble(Reference::value),
            bars.bars().stream().map(Bar::value).flatMapToDouble(PlotBars::ends));
    axis =
        bars.unit().equals(PlotNumbers.SHARE)
            ? PlotAxis.shares(numbers)
            : PlotAxis.linear(numbers, ROOM);
    lines = lines(bars.bars());
    named = named();
  }

  /// @param id for the drawing's title and description; unique in the page
  public static void draw(Markup page, Bars bars, String id) {
    var plot = new PlotBars(page, bars);
    plot.drawing(id);
    plot.legend();
    plot.numbers();
  }

  private void drawing(String id) {
    int levels = named.stream().mapToInt(each -> each.level() + 1).max().orElse(0);
    page.open("div", "class", "plot bars", "style", margins());
    page.open(
        "svg",
        "role",
        "img",
        "aria-labelledby",
        id + "-title " + id + "-desc",
        "style",
        "--rows:" + lines.size() + ";--names:" + levels);
    page.line("title", bars.caption(), "id", id + "-title");
    page.line("desc", description(), "id", id + "-desc");
    grid();
    for (int i = 0; i < lines.size(); i++) {
      page.open("g", "class", "row", "style", "--at:" + i);
      Line line = lines.get(i);
      if (line.bar().isEmpty()) {
        page.line("text", line.heading(), "class", "group");
      } else {
        row(line.bar().getFirst());
      }
      page.close();
    }
    page.close().close();
  }

  private void grid() {
    for (double tick : axis.ticks()) {
      String x = axis.along(tick);
      page.lone("line", "class", "rule", "x1", x, "x2", x, "y1", "0", "y2", "100%");
      page.line(
          "text", axis.name(tick, bars.unit()), "class", "tick", "x", x, "y", "100%", "dy", "20");
    }
    for (Named each : named) {
      String x = PlotAxis.percent(each.place());
      page.lone("line", "class", "reference", "x1", x, "x2", x, "y1", each.height(), "y2", "100%");
    }
    // After all lines, because a name must hide the line beneath it.
    for (Named each : named) {
      page.open(
          "text",
          "class",
          "reference " + each.anchor(),
          "x",
          PlotAxis.percent(each.place()),
          "y",
          each.height(),
          "dy",
          "-7");
      page.text(each.reference().name() + " ");
      page.text(PlotNumbers.brief(each.reference().value(), bars.unit())).close();
    }
  }

  private void row(Bar bar) {
    Estimate value = bar.value();
    page.open("text", "class", "name", "x", "-16");
    page.text(shortened(bar.label())).close();
    page.lone("line", "class", "track", "x1", "0", "x2", "100%");
    if (!measured(bar)) {
      page.line("text", "not measured", "class", "missing", "x", "100%");
      return;
    }
    if (PlotNumbers.hasInterval(value)) {
      page.lone(
          "line",
          "class",
          "interval",
          "x1",
          axis.along(value.low()),
          "x2",
          axis.along(value.high()));
    }
    page.lone(
        "circle",
        "class",
        undecided(value) ? "dot open" : "dot",
        "cx",
        axis.along(value.value()),
        "r",
        "5.5");
    page.line("text", PlotNumbers.value(value, bars.unit()), "class", "figure", "x", "100%");
    page.line("text", PlotNumbers.interval(value, bars.unit()), "class", "range", "x", "100%");
  }

  private void legend() {
    if (bars.bars().stream().noneMatch(bar -> PlotNumbers.hasInterval(bar.value()))) {
      return;
    }
    String open =
        bars.references().size() == 1
            ? "; the dot is hollow where the interval includes " + bars.references().get(0).name()
            : "";
    page.line("p", "Dots are estimates, bars their 95% intervals" + open + ".", "class", "legend");
  }

  private void numbers() {
    boolean groups = bars.bars().stream().anyMatch(bar -> !bar.group().isEmpty());
    boolean notes = bars.bars().stream().anyMatch(bar -> !bar.note().isEmpty());
    List<String> head =
        Stream.of(groups ? "Group" : "", "Name", "Value", "95% interval", notes ? "Note" : "")
            .filter(name -> !name.isEmpty())
            .toList();
    FigureTables.numbers(
        page,
        head,
        bars.bars().stream()
            .map(bar -> {
              List<String> cells = new ArrayList<>();
              if (groups) {
                cells.add(bar.group());
              }
              cells.add(bar.label());
              cells.add(PlotNumbers.value(bar.value(), bars.unit()));
              cells.add(PlotNumbers.interval(bar.value(), bars.unit()));
              if (notes) {
                cells.add(bar.note());
              }
              return cells;
            })
            .toList());
  }

  /// With a single reference line, a dot is hollow where its interval includes the reference.
  private boolean undecided(Estimate value) {
    return bars.references().size() == 1
        && PlotNumbers.hasInterval(value)
        && value.low() <= bars.references().getFirst().value()
        && value.high() >= bars.references().getFirst().value();
  }

  private String description() {
    return bars.bars().stream()
        .map(bar ->
            (bar.group().isEmpty() ? "" : bar.group() + ", ")
                + bar.label()
                + ": "
                + PlotNumbers.whole(bar.value(), bars.unit()))
        .collect(Collectors.joining("; "));
  }

  private List<Named> named() {
    List<Reference> sorted =
        bars.references().stream().sorted(Comparator.comparingDouble(Reference::value)).toList();
    List<Named> named = new ArrayList<>();
    for (Reference reference : sorted) {
      double place = axis.place(reference.value());
      boolean near = !named.isEmpty() && place - named.getLast().place() < NEAR;
      named.add(new Named(reference, place, near ? named.getLast().level() + 1 : 0));
    }
    return named;
  }

  /// The widths of the columns beside the plot, as style properties.
  private String margins() {
    return "--left:%dpx;--value:%dpx;--range:%dpx"
        .formatted(
            24 + width(bar -> shortened(bar.label())),
            22 + width(bar -> measured(bar) ? PlotNumbers.value(bar.value(), bars.unit()) : ""),
            Math.max(70, 4 + width(bar -> PlotNumbers.interval(bar.value(), bars.unit()))));
  }

  /// The approximate width in pixels of the longest of these texts.
  private long width(Function<Bar, String> text) {
    int letters = bars.bars().stream().map(text).mapToInt(String::length).max().orElse(0);
    return Math.round(letters * PIXELS_A_LETTER);
  }

  private static List<Line> lines(List<Bar> bars) {
    List<Line> lines = new ArrayList<>();
    String group = "";
    for (Bar bar : bars) {
      if (!bar.group().equals(group)) {
        group = bar.group();
        lines.add(new Line(group, List.of()));
      }
      lines.add(new Line("", List.of(bar)));
    }
    return lines;
  }

  private static boolean measured(Bar bar) {
    return PlotNumbers.measured(bar.value());
  }

  private static DoubleStream ends(Estimate estimate) {
    return DoubleStream.of(estimate.value(), estimate.low(), estimate.high());
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : name.substring(0, LONGEST_NAME - 1).strip() + "\u2026";
  }
}
