package org.instructgpt.jinja;

import java.util.List;
import org.instructgpt.jinja.Token.Kind;

/// A place among the tokens of a template.
final class Cursor {
  private final List<Token> tokens;
  private int at;

  Cursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token now() {
    return tokens.get(at);
  }

  Token ahead() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token take() {
    return tokens.get(at < tokens.size() - 1 ? at++ : at);
  }

  /// Takes an operator if it is there.
  boolean takeOperator(String operator) {
    boolean there = now().isOperator(operator);
    if (there) {
      take();
    }
    return there;
  }

  /// Takes a name if it is there.
  boolean takeName(String name) {
    boolean there = now().isName(name);
    if (there) {
      take();
    }
    return there;
  }

  void expectOperator(String operator) {
    if (!takeOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!takeName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  Token expect(Kind kind, String what) {
    if (now().kind() != kind) {
      throw unexpected(what);
    }
    return take();
  }

  TemplateException unexpected(String expected) {
    return new TemplateException(
        now().line(), "expected %s, found %s".formatted(expected, now().told()));
  }
}
