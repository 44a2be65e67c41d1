package org.instructgpt.label;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.label.Rejected.Problem;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.Submission.Bound;

/// When somebody can have worked: between being handed the task and handing it in, by the clock of
/// the server. A clock that goes wrong is no reason to refuse work, so what it says is brought
/// within that time, and told.
///
/// @param handed milliseconds, when the task was handed to the labeler
/// @param until when the work came in
record PlausibleTimes(long handed, long until) {

  /// Time that nobody can have spent is no clock's fault.
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

  /// What is kept otherwise than it was sent.
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
