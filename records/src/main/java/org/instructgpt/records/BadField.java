package org.instructgpt.records;

/// A value that a record or a line of a file cannot have. The parts are kept apart so that the
/// importer can say where.
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

  /// It is told to people by its words, and there may be millions of them.
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
