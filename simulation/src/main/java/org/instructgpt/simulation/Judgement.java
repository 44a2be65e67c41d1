package org.instructgpt.simulation;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.instructgpt.records.Rating;

/// The true quality of an output, and its surface features.
///
/// @param helpful how far it does what was asked, readably and without waste, 0 to 1
/// @param truthful how far what it says is true, 0 to 1; a text that does not address the task is
///   not reliable and stays below the middle
/// @param harmless 1 unless it insults, gives away private data or gives bad advice
/// @param flags the metadata of Table 3 that hold
/// @param surface features that labelers notice whatever the quality
public record Judgement(
    double helpful, double truthful, double harmless, Set<Rating.Flag> flags, Surface surface) {

  public Judgement {
    EnumSet<Rating.Flag> ordered = EnumSet.noneOf(Rating.Flag.class);
    ordered.addAll(flags);
    flags = Collections.unmodifiableSet(ordered);
  }

  /// The weighted mean of the three qualities, 0 to 1.
  public double utility(Priorities priorities) {
    return priorities.helpful() * helpful
        + priorities.truthful() * truthful
        + priorities.harmless() * harmless;
  }

  /// The weights of the three qualities under the labeling instructions (paper section 3.4). They
  /// add up to 1.
  public record Priorities(double helpful, double truthful, double harmless) {
    /// Helpfulness to the user first, as for training data.
    public static final Priorities TRAINING = new Priorities(0.70, 0.12, 0.18);

    /// Truthfulness and harmlessness first, as in the final evaluation.
    public static final Priorities EVALUATION = new Priorities(0.36, 0.32, 0.32);
  }

  /// Features that a labeler may like or dislike whatever the quality of the answer.
  ///
  /// @param words how many there are
  /// @param politeness polite phrases, from 0 (none) to 1 (two or more)
  /// @param hedging hedges, from 0 (none) to 1 (two or more)
  /// @param confidence 1 for a plain or emphatic claim, less with hedges and admissions
  /// @param repetition share of the words that end a word triple that occurred before
  public record Surface(
      int words, double politeness, double hedging, double confidence, double repetition) {}
}
