package org.instructgpt.jinja;

/// A template that cannot be read or run, or refuses what it is given.
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean refusal;

  private TemplateException(String message, boolean refusal) {
    super(message);
    this.refusal = refusal;
  }

  TemplateException(String message) {
    this(message, false);
  }

  TemplateException(int line, String message) {
    this("line %d: %s".formatted(line, message), false);
  }

  /// What a template itself says by `raise_exception`.
  static TemplateException refusal(String message) {
    return new TemplateException(message, true);
  }

  /// Whether the template is in order and refuses what it was given.
  public boolean isRefusal() {
    return refusal;
  }
}
