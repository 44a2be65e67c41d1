package org.instructgpt.jinja;

import org.jspecify.annotations.Nullable;

/// A text that a template makes piece by piece, which may not become too long.
final class MadeText {
  /// The longest text that an operation may make.
  static final int LONGEST = 4_000_000;

  private final StringBuilder text = new StringBuilder();

  /// Adds a piece.
  ///
  /// @throws TemplateException if the text becomes too long
  MadeText append(@Nullable String piece) {
    var more = String.valueOf(piece);
    if (text.length() + (long) more.length() > LONGEST) {
      throw tooLong();
    }
    Allowance.make(1L + more.length());
    text.append(more);
    return this;
  }

  /// Adds a character.
  MadeText append(char c) {
    return append(String.valueOf(c));
  }

  /// A piece many times; none at all for counts below 1, as in Python.
  static String repeated(String piece, long count) {
    long times = Math.clamp(count, 0, LONGEST + 1L);
    if (piece.length() * times > LONGEST) {
      throw tooLong();
    }
    return piece.repeat((int) times);
  }

  private static TemplateException tooLong() {
    return new TemplateException("a text becomes longer than %,d".formatted(LONGEST));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
