package org.instructgpt.records;

/// An invalid value of a record or a row. The parts of the message are kept separate so that the
/// importer can add the position.
final class BadField extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  final String field;
  final String expected;
  final String found;

  BadField(String field, String expected, String found) {
    super(field + ": expected " + expected + ", found " + found);
    this.field = field;
    this.expected = expected;
    this.found = found;
  }

  /// No stack trace: the message is for users, and there may be millions of them.
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
