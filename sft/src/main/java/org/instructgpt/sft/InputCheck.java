package org.instructgpt.sft;

import org.instructgpt.model.Gpt;
import org.instructgpt.model.TrainerState;
import org.instructgpt.text.Tokenizer;

/// Checks of what a trainer is given besides its settings.
final class InputCheck {
  private InputCheck() {}

  /// Every id of the tokenizer has an embedding.
  static void vocabulary(Tokenizer tokenizer, Gpt model) {
    if (tokenizer.vocabularySize() > model.config().vocabulary()) {
      throw new IllegalArgumentException(
          "the tokenizer has %d ids, but the model's vocabulary is %d: give the model at least as many"
              .formatted(tokenizer.vocabularySize(), model.config().vocabulary()));
    }
  }

  /// A resumed run goes on over as many examples as it began with, else its order would be another.
  static void sameData(TrainerState state, String what, int count) {
    long saved = state.values().path(what).asLong(-1);
    if (saved != count) {
      throw new IllegalArgumentException(
          "the run was begun with %s, but now there are %d %s: give it the same data, or begin a new run with --new"
              .formatted(saved < 0 ? "other data" : saved + " " + what, count, what));
    }
  }
}
