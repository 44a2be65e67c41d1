package org.instructgpt.simulation;

/// Weaknesses that the paper reports of its models (section 5.3).
public enum Weakness {
  /// Tasks to be answered from the passage in the prompt alone.
  CLOSED_DOMAIN,
  /// Questions with a false premise.
  FALSE_PREMISE,
  /// Prompts with two or more constraints.
  SEVERAL_CONSTRAINTS,
  /// Plain questions with a plain answer, where hedges are out of place.
  PLAIN_QUESTION
}
