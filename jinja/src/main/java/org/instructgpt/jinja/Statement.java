package org.instructgpt.jinja;

/// A part of a template that writes.
@FunctionalInterface
interface Statement {
  /// How it goes on.
  enum Next {
    ON,
    BREAK,
    CONTINUE
  }

  Next run(NameScope scope, StringBuilder out);

  /// What it writes.
  default String written(NameScope scope) {
    var out = new StringBuilder();
    var _ = run(scope, out);
    return out.toString();
  }
}
