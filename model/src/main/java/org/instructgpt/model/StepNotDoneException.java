package org.instructgpt.model;

/// A [Trainer#step(long)] could not be done because something outside is away, and has changed
/// nothing: the run loop saves what was done so far and ends. The same command goes on once the
/// other side is back.
public final class StepNotDoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message what was expected, what was found and where, and what to do
  public StepNotDoneException(String message) {
    super(message);
  }

  /// @param message what was expected, what was found and where, and what to do
  public StepNotDoneException(String message, Throwable cause) {
    super(message, cause);
  }
}
