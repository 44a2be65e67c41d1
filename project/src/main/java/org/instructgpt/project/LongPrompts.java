package org.instructgpt.project;

/// What happens to a prompt that is longer than half the model's context.
public enum LongPrompts {
  /// It is left out with all that belongs to it, as in the paper.
  DROP,
  /// Its end is cut off.
  CUT
}
