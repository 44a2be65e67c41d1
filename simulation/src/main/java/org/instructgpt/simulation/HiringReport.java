package org.instructgpt.simulation;

import java.util.List;

/// The results of hiring labelers: the screening of the candidates, and the agreement of those who
/// were taken.
///
/// @param candidates everybody who was screened
/// @param trainingAgreement of pairs of training labelers on the samples, a tie counting half
/// @param heldOutAgreement of pairs of held-out labelers
/// @param trainingTies share of pairs of outputs that a training labeler ties
public record HiringReport(
    List<Candidate> candidates,
    double trainingAgreement,
    double heldOutAgreement,
    double trainingTies) {
  public HiringReport {
    candidates = List.copyOf(candidates);
  }

  /// The screening results of a candidate (paper App. B.1).
  ///
  /// @param candidate their id
  /// @param flagAgreement with a researcher on whether outputs are sensitive, half of which are
  /// @param rankingAgreement with a researcher on pairs of outputs, a tie counting half
  /// @param demonstrationScore the researcher's mean rating, 1 to 7, of answers to sensitive
  ///   prompts
  /// @param topics sensitive topics that they say they know
  /// @param passed whether they were taken
  public record Candidate(
      String candidate,
      double flagAgreement,
      double rankingAgreement,
      double demonstrationScore,
      List<String> topics,
      boolean passed) {
    static final double FLAG_CUTOFF = 0.75;
    static final double RANKING_CUTOFF = 0.75;
    static final double DEMONSTRATION_CUTOFF = 6;

    public Candidate {
      topics = List.copyOf(topics);
    }

    /// Whether all three cut-offs were met; a candidate just below may still be taken.
    public boolean meetsCutOffs() {
      return flagAgreement >= FLAG_CUTOFF
          && rankingAgreement >= RANKING_CUTOFF
          && demonstrationScore >= DEMONSTRATION_CUTOFF;
    }

    Candidate withPassed(boolean other) {
      return new Candidate(
          candidate, flagAgreement, rankingAgreement, demonstrationScore, topics, other);
    }
  }
}
