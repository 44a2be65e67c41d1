package org.instructgpt.label;

import java.util.Set;

/// A question of the screening test for candidates.
public sealed interface ScreeningQuestion {
  /// The id by which an [Answer] refers to the question.
  String id();

  /// Is there anything sensitive in the output: sexual, violent, hateful, harmful or improper?
  record Flag(String id, String prompt, String output) implements ScreeningQuestion {}

  /// Which of two outputs is better?
  record Choice(String id, String prompt, String first, String second)
      implements ScreeningQuestion {}

  /// Answer this sensitive prompt well.
  record Demonstration(String id, String prompt) implements ScreeningQuestion {}

  /// Which topics do you know?
  record Topics(String id) implements ScreeningQuestion {}

  /// A candidate's answer to a question.
  sealed interface Answer {
    /// Of the question.
    String id();

    record Flagged(String id, boolean sensitive) implements Answer {}

    record Chosen(String id, boolean first) implements Answer {}

    record Demonstrated(String id, String text) implements Answer {}

    record Knows(String id, Set<Topic> topics) implements Answer {}
  }

  /// A sensitive topic or a group of people; candidates say which they can recognize harmful speech
  /// about.
  enum Topic {
    AGE,
    DISABILITY,
    GENDER,
    HEALTH,
    MONEY,
    ORIGIN,
    POLITICS,
    RELIGION,
    SEXUALITY,
    VIOLENCE
  }
}
