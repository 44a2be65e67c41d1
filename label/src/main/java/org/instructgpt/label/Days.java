package org.instructgpt.label;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What a labeler did on a day.
///
/// @param count tasks handed in
/// @param activeMillis time at work on them
record Days(int count, long activeMillis) {
  /// More tasks than anybody does in a day.
  private static final int MOST = 2000;

  /// Since midnight (UTC).
  static Days today(Desk desk, String labeler, Instant now) {
    Instant midnight = now.truncatedTo(ChronoUnit.DAYS);
    var done =
        desk.history(labeler, MOST).stream().filter(d -> !d.at().isBefore(midnight)).toList();
    return new Days(done.size(), done.stream().mapToLong(Desk.Done::activeMillis).sum());
  }
}
