package org.instructgpt.simulation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.instructgpt.records.Labeler;

/// A labeler with the parameters that decide what they say of outputs and how they demonstrate.
///
/// @param taste what they like about outputs apart from quality
/// @param noise scale of the Gumbel noise on how much they like an output, in units of utility
/// @param slips probability of judging an output without reading it
/// @param tie outputs whose perceived utilities differ by less than this are tied
/// @param attention probability of noticing a flag that holds
/// @param answerQuality probability of each quality of their demonstrations
/// @param topics sensitive topics that they know
public record SimulatedLabeler(
    Labeler labeler,
    Taste taste,
    double noise,
    double slips,
    double tie,
    double attention,
    Map<AnswerQuality, Double> answerQuality,
    Set<String> topics) {
  public SimulatedLabeler {
    answerQuality = Collections.unmodifiableMap(new EnumMap<>(answerQuality));
    topics = Set.copyOf(topics);
  }

  /// Probability of setting a flag that does not hold.
  double falseAlarms() {
    return (1 - attention) / 20;
  }

  SimulatedLabeler withNoise(double other) {
    return new SimulatedLabeler(
        labeler, taste, other, slips, tie, attention, answerQuality, topics);
  }
}
