package org.instructgpt.label;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/// What a labeler did on a day.
///
/// @param count tasks handed in
/// @param activeMillis time at work on them
public record DailyTotal(int count, long activeMillis) {
  /// More tasks than anybody does in a day.
  private static final int MOST = 2000;

  /// Since the last midnight where the labeler is.
  public static DailyTotal today(TaskQueue desk, String labeler, Instant now, ZoneId zone) {
    Instant midnight = LocalDate.ofInstant(now, zone).atStartOfDay(zone).toInstant();
    var done =
        desk.history(labeler, MOST).stream().filter(d -> !d.at().isBefore(midnight)).toList();
    return new DailyTotal(done.size(), done.stream().mapToLong(TaskQueue.Done::activeMillis).sum());
  }
}
