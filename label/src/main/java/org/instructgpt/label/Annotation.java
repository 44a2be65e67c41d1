package org.instructgpt.label;

import java.time.Instant;
import java.util.List;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.Submission.Outcome;
import org.instructgpt.label.Submission.Receipt;

/// Stored work of a labeler on a task; one version of it if the work was corrected.
///
/// @param id of the submission
/// @param started in milliseconds since the epoch, like `submitted`
public record Annotation(
    String id,
    String labeler,
    String item,
    Outcome outcome,
    LabelerWork work,
    long started,
    long activeMillis,
    long submitted) {

  Receipt receipt(Submission submission) {
    return new Receipt(
        id,
        outcome,
        Instant.ofEpochMilli(submitted),
        PlausibleTimes.bounds(submission, started, activeMillis));
  }

  /// The first receipt again, for a client that did not receive it.
  Receipt again(String who, Submission submission) {
    boolean same =
        labeler.equals(who)
            && item.equals(submission.item())
            && work.equals(StoredJson.work(StoredJson.write(submission.work())));
    if (!same && labeler.equals(who) && item.equals(submission.item())) {
      throw already();
    }
    if (!same) {
      throw new Rejected(
          Why.OTHER_WORK,
          "the name of this submission was used for other work: " + submission.id());
    }
    return receipt(submission);
  }

  /// The answer to a second submission of the same task, from another window for instance.
  Rejected already() {
    return new Rejected(
        Why.HANDED_IN,
        "expected one submission of a task, found one of " + Instant.ofEpochMilli(submitted),
        List.of(
            new Rejected.Problem(
                "", "label.refused.handed-in", Instant.ofEpochMilli(submitted) + "")));
  }
}
