package org.instructgpt.jinja;

/// A piece of a template.
///
/// @param kind what it is
/// @param text what stands there; of a string its value
/// @param line from 1
record Token(Kind kind, String text, int line) {
  /// The kinds of tokens.
  enum Kind {
    /// Text outside of tags.
    DATA,
    /// `{%`
    BLOCK_BEGIN,
    BLOCK_END,
    /// `{{`
    PRINT_BEGIN,
    PRINT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    /// Behind the last.
    END
  }

  boolean is(Kind wanted, String value) {
    return kind == wanted && text.equals(value);
  }

  boolean isOperator(String value) {
    return is(Kind.OPERATOR, value);
  }

  boolean isName(String value) {
    return is(Kind.NAME, value);
  }

  /// For messages.
  String told() {
    return kind == Kind.END ? "the end of the template" : "'" + text + "'";
  }
}
