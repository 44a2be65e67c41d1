package org.instructgpt.ppo;

import java.util.List;

/// A reward that reads texts, in the place of a reward model: a rule, a service, a few lines of
/// Java.
@FunctionalInterface
public interface TextReward {
  /// The reward of each answer, a finite number.
  ///
  /// @param answers at least one
  /// @throws org.instructgpt.model.StepNotDoneException if it cannot be had now
  double[] of(List<Answer> answers);

  /// A prompt with a response to it.
  ///
  /// @param prompt its text, without the separator
  /// @param text of the response, without the token that ends it
  /// @param ended whether the response ended by itself
  record Answer(String prompt, String text, boolean ended) {}
}
