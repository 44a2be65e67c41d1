package org.instructgpt.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What may go well when it is tried again: a broken connection, a hub that is busy.
final class TransientFailure extends IOException {
  private static final long serialVersionUID = 1;

  private final transient @Nullable Duration wait;
  private final boolean progressed;

  /// @param progressed whether something new had come before
  TransientFailure(String message, boolean progressed, @Nullable Throwable cause) {
    this(message, progressed, null, cause);
  }

  /// @param wait how long the hub asks to wait
  TransientFailure(String message, Optional<Duration> wait) {
    this(message, false, wait.orElse(null), null);
  }

  private TransientFailure(
      String message, boolean progressed, @Nullable Duration wait, @Nullable Throwable cause) {
    super(message, cause);
    this.wait = wait;
    this.progressed = progressed;
  }

  Optional<Duration> waitAsked() {
    return Optional.ofNullable(wait);
  }

  boolean progressed() {
    return progressed;
  }
}
