package org.instructgpt.serve;

/// A model could not do what was asked of it.
public final class ModelFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Failure failure;

  ModelFailedException(String model, Failure failure) {
    super("model %s did not answer: %s".formatted(model, failure.explanation()));
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
