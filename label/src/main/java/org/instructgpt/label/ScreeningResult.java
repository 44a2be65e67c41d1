package org.instructgpt.label;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.label.ScreeningQuestion.Topic;
import org.instructgpt.statistics.Estimate;

/// A candidate's results in the four criteria of the screening, and what was decided.
///
/// @param finished whether no question is left
/// @param decisions newest first
public record ScreeningResult(
    String labeler,
    Score flags,
    Score comparisons,
    Score demonstrations,
    Set<Topic> topics,
    boolean finished,
    Suggestion suggestion,
    List<Decision> decisions) {
  public ScreeningResult {
    topics = Set.copyOf(topics);
    decisions = List.copyOf(decisions);
  }

  /// The result in one criterion.
  ///
  /// @param estimate the share that agrees with researchers, or the mean grade; empty before the
  ///   first answer
  public record Score(int answers, Optional<Estimate> estimate, Suggestion suggestion) {}

  /// What the answers suggest to the researcher who decides.
  public enum Suggestion {
    PASS,
    FAIL,
    /// Not enough is known yet.
    UNDECIDED
  }

  /// A researcher's decision on a labeler.
  public record Decision(Verdict verdict, String reason, String by, Instant at) {}

  /// What a researcher decides.
  public enum Verdict {
    /// Gets work.
    ADMITTED,
    /// Does not become a labeler.
    DECLINED,
    /// Gets no work for now.
    PAUSED
  }
}
