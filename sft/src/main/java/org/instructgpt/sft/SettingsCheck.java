package org.instructgpt.sft;

import org.instructgpt.model.Gpt;
import org.instructgpt.model.TrainerState;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Schedule;

/// What settings and inputs must be. Settings are named as in a recipe.
final class SettingsCheck {
  private SettingsCheck() {}

  static void atLeast(long least, String key, long value) {
    require(value >= least, key, "a whole number of at least " + least, value);
  }

  static void positive(String key, double value) {
    require(value > 0 && Double.isFinite(value), key, "a positive number", value);
  }

  static void notNegative(String key, double value) {
    require(value >= 0 && Double.isFinite(value), key, "0 or a positive number", value);
  }

  static void share(String key, double value) {
    require(value >= 0 && value <= 1, key, "a share from 0 to 1", value);
  }

  static void partialShare(String key, double value) {
    require(value >= 0 && value < 1, key, "a share from 0 to less than 1", value);
  }

  private static void require(boolean good, String key, String expected, Object found) {
    if (!good) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(key, expected, found));
    }
  }

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

  /// A linear rise from one part of the peak in as many steps; the first step already learns.
  static Schedule warmedUp(Schedule schedule, long steps) {
    return schedule.warmedUp(steps, 1.0 / Math.max(1, steps));
  }
}
