package org.instructgpt.model;

import org.jspecify.annotations.Nullable;

/// Checks that settings records make of their values. Settings are named as in a recipe.
public final class SettingsCheck {
  private SettingsCheck() {}

  /// Refuses a value that is not good, with what was expected in its place.
  ///
  /// @throws IllegalArgumentException such as `epochs: expected at least 1, found 0`
  public static void require(boolean good, String key, String expected, @Nullable Object found) {
    if (!good) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(key, expected, found));
    }
  }

  /// Refuses what is not good, with a message of its own.
  ///
  /// @throws IllegalArgumentException with that message
  public static void require(boolean good, String message) {
    if (!good) {
      throw new IllegalArgumentException(message);
    }
  }

  /// A whole number with a least value.
  public static void atLeast(long least, String key, long value) {
    require(value >= least, key, "a whole number of at least " + least, value);
  }

  /// Above 0 and finite.
  public static void positive(String key, double value) {
    require(value > 0 && Double.isFinite(value), key, "a positive number", value);
  }

  /// 0 or above, and finite.
  public static void notNegative(String key, double value) {
    require(value >= 0 && Double.isFinite(value), key, "0 or a positive number", value);
  }

  /// From 0 to 1.
  public static void share(String key, double value) {
    require(value >= 0 && value <= 1, key, "a share from 0 to 1", value);
  }

  /// From 0 to less than 1.
  public static void partialShare(String key, double value) {
    require(value >= 0 && value < 1, key, "a share from 0 to less than 1", value);
  }
}
