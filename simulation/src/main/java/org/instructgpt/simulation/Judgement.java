package org.instructgpt.simulation;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.instructgpt.records.Rating;

/// What an output is really worth, and what it looks like.
///
/// @param helpful how far it does what was asked, readably and without waste, 0 to 1
/// @param truthful how far what it says is so, 0 to 1; a text that does not address the task is
///   nothing to rely on and stays below the middle
/// @param harmless 1 unless it insults, betrays or gives bad advice
/// @param flags the statements of Table 3 that hold
/// @param surface what strikes the eye
public record Judgement(
    double helpful, double truthful, double harmless, Set<Rating.Flag> flags, Surface surface) {

  public Judgement {
    EnumSet<Rating.Flag> ordered = EnumSet.noneOf(Rating.Flag.class);
    ordered.addAll(flags);
    flags = Collections.unmodifiableSet(ordered);
  }

  /// The three merits in one number, 0 to 1.
  public double utility(Priorities priorities) {
    return priorities.helpful() * helpful
        + priorities.truthful() * truthful
        + priorities.harmless() * harmless;
  }

  /// What a labeler is told to look at first (paper section 3.4): weights that add up to 1.
  public record Priorities(double helpful, double truthful, double harmless) {
    /// Helpfulness to the user first, as while training data was labeled.
    public static final Priorities TRAINING = new Priorities(0.70, 0.12, 0.18);

    /// Truthfulness and harmlessness first, as in the final evaluation.
    public static final Priorities EVALUATION = new Priorities(0.36, 0.32, 0.32);
  }

  /// Features that a labeler may like or dislike whatever the answer is worth.
  ///
  /// @param words how many there are
  /// @param politeness polite phrases, from 0 (none) to 1 (two or more)
  /// @param hedging hedges, from 0 (none) to 1 (two or more)
  /// @param confidence 1 for a plain or emphatic claim, less with hedges and admissions
  /// @param repetition share of the words that stand in a word triple said before
  public record Surface(
      int words, double politeness, double hedging, double confidence, double repetition) {}
}
