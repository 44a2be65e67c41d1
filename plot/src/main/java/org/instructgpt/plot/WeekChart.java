package org.instructgpt.plot;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.instructgpt.statistics.Estimate;

/// A chart of a weekly share with its intervals, as coordinates in a drawing of 640 by 220.
///
/// @param marks one for each week, oldest first
/// @param lines of the grid
public record WeekChart(List<Mark> marks, List<Line> lines) {
  static final int WIDTH = 640;
  static final int HEIGHT = 220;
  private static final int LEFT = 46;
  private static final int RIGHT = 16;
  private static final int TOP = 14;
  private static final int BOTTOM = 30;

  /// A week's value: its position and its label.
  public record Mark(String x, String y, String low, String high, LocalDate monday, String says) {}

  /// A horizontal grid line.
  public record Line(String y, String says) {}

  /// A week's share.
  ///
  /// @param monday its first day
  public record Week(LocalDate monday, Estimate value) {}

  public static WeekChart of(List<Week> weeks) {
    if (weeks.isEmpty()) {
      return new WeekChart(List.of(), List.of());
    }
    double least = weeks.stream().mapToDouble(week -> week.value().low()).min().orElseThrow();
    double floor = Math.clamp(Math.floor(least * 10) / 10, 0, 0.9);
    List<Line> lines = new ArrayList<>();
    int steps = (int) Math.round((1 - floor) * 10);
    int stride = steps > 5 ? 2 : 1;
    for (int i = 0; i <= steps; i += stride) {
      double share = 1 - i / 10.0;
      lines.add(new Line(at(share, floor), Math.round(100 * share) + " %"));
    }
    LocalDate first = weeks.getFirst().monday();
    double span = Math.max(1, ChronoUnit.DAYS.between(first, weeks.getLast().monday()));
    List<Mark> marks =
        weeks.stream()
            .map(week -> {
              double along = ChronoUnit.DAYS.between(first, week.monday()) / span;
              double x =
                  weeks.size() == 1
                      ? (LEFT + WIDTH - RIGHT) / 2.0
                      : LEFT + 14 + along * (WIDTH - RIGHT - LEFT - 28);
              return new Mark(
                  coordinate(x),
                  at(week.value().value(), floor),
                  at(week.value().low(), floor),
                  at(week.value().high(), floor),
                  week.monday(),
                  percent(week.value()));
            })
            .toList();
    return new WeekChart(marks, List.copyOf(lines));
  }

  public String path() {
    return marks.stream().map(m -> m.x() + "," + m.y()).collect(Collectors.joining(" "));
  }

  /// The weeks that are labelled below the axis, at most eight.
  public boolean named(int mark) {
    int every = (marks.size() + 7) / 8;
    return mark % every == 0;
  }

  private static String at(double share, double floor) {
    double down = (1 - share) / (1 - floor);
    return coordinate(TOP + down * (HEIGHT - TOP - BOTTOM));
  }

  private static String coordinate(double at) {
    return String.format(Locale.ROOT, "%.1f", at);
  }

  private static String percent(Estimate share) {
    return String.format(
        Locale.ROOT,
        "%.1f (%.1f–%.1f) %%",
        100 * share.value(),
        100 * share.low(),
        100 * share.high());
  }
}
