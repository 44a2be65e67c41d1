package org.instructgpt.app;

/// What a flag's value must be.
final class FlagCheck {
  private FlagCheck() {}

  /// @throws IllegalArgumentException if the value does not fit, with what was expected
  static void require(String flag, boolean fits, String expected, Object found) {
    if (!fits) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(flag, expected, found));
    }
  }
}
