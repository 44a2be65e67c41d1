package org.instructgpt.model;

/// A request to stop a run, made from any thread (a signal handler, say) and obeyed by the
/// [RunLoop] at the next step boundary. A run is never stopped inside a step: libtorch does not
/// survive a signal in the middle of a backward pass, and half a step is not a state to resume
/// from.
public final class StopFlag {
  private volatile boolean requested;

  /// Asks for a stop. A second call changes nothing.
  public void request() {
    requested = true;
  }

  /// Whether a stop was asked for.
  public boolean requested() {
    return requested;
  }
}
