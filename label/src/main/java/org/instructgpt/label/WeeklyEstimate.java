package org.instructgpt.label;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.instructgpt.statistics.Estimate;

/// An estimate from the data of one week.
///
/// @param monday the first day of the week (UTC)
public record WeeklyEstimate(LocalDate monday, Estimate value) {

  /// One estimate for each week in which there are values, oldest week first.
  static <T> List<WeeklyEstimate> of(
      List<T> values, Function<T, Instant> time, Function<List<T>, Estimate> estimate) {
    var weeks = new TreeMap<LocalDate, List<T>>();
    for (T value : values) {
      weeks.computeIfAbsent(monday(time.apply(value)), _ -> new ArrayList<>()).add(value);
    }
    return weeks.entrySet().stream()
        .map(week -> new WeeklyEstimate(week.getKey(), estimate.apply(week.getValue())))
        .toList();
  }

  private static LocalDate monday(Instant at) {
    return LocalDate.ofInstant(at, ZoneOffset.UTC)
        .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
  }
}
