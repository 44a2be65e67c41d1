package org.instructgpt.simulation;

/// The quality of an answer: a good one, or one of seven ways to fall short.
public enum AnswerQuality {
  /// Right, kind, to the point; satisfies the constraints.
  GOOD,
  /// Right, in as few words as possible; sometimes violates constraints.
  TERSE,
  /// Right, but hedged.
  HEDGED,
  /// Right, but padded and repeated.
  RAMBLING,
  /// The right form with wrong content.
  WRONG,
  /// Right, with an insult.
  RUDE,
  /// More questions or instructions instead of an answer, or an answer to something else.
  OFF_TASK,
  /// With invented facts, or facts that the passage does not have; accepts false premises.
  INVENTED
}
