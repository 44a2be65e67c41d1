package org.instructgpt.label;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.label.Rejected.Problem;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.Submission.Bound;

/// Clamps the times of a submission to the span in which the work can have been done: from handing
/// the task out to handing it in, by the server's clock. A wrong clock on the client is no reason
/// to refuse work; the receipt says what was changed.
///
/// @param handed when the task was handed out, in milliseconds since the epoch
/// @param until when the work was handed in
record PlausibleTimes(long handed, long until) {

  /// Refuses a negative time of work, which no wrong clock explains.
  static void check(Submission submission) {
    if (submission.activeMillis() < 0) {
      var problem =
          new Problem(
              "activeMillis", "label.problem.active", String.valueOf(submission.activeMillis()));
      throw new Rejected(
          Why.BAD_WORK, "expected a time of work of 0 or more: " + problem, List.of(problem));
    }
  }

  long started(Submission submission) {
    Instant started = submission.started();
    if (started.isBefore(Instant.ofEpochMilli(handed))) {
      return handed;
    }
    return started.isAfter(Instant.ofEpochMilli(until)) ? until : started.toEpochMilli();
  }

  long active(Submission submission) {
    return Math.min(submission.activeMillis(), Math.max(0, until - handed));
  }

  /// The values that are stored differently from what was sent.
  static List<Bound> bounds(Submission submission, long started, long active) {
    var bounds = new ArrayList<Bound>();
    Instant kept = Instant.ofEpochMilli(started);
    // The store keeps milliseconds; what is below them was never changed.
    boolean same =
        !submission.started().isBefore(kept) && submission.started().isBefore(kept.plusMillis(1));
    if (!same) {
      bounds.add(new Bound("started", submission.started().toString(), kept.toString()));
    }
    if (submission.activeMillis() != active) {
      bounds.add(
          new Bound(
              "activeMillis", String.valueOf(submission.activeMillis()), String.valueOf(active)));
    }
    return List.copyOf(bounds);
  }
}
