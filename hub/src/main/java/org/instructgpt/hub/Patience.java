package org.instructgpt.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// How often and when something is tried again: after 1, 2, 4 ... seconds, or when the hub says
/// (`Retry-After`). What brings something new counts from the beginning.
///
/// @param tries how often without anything new
/// @param first how long before the second try; twice as long before each further one
/// @param longest how long at most; a hub that asks for more is not waited for
/// @param pause lets time pass
record Patience(int tries, Duration first, Duration longest, Pause pause) {
  /// How long a stop may go unnoticed.
  private static final Duration SLICE = Duration.ofMillis(200);

  /// Lets time pass; [Thread#sleep(Duration)] where it is real.
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  /// What is tried.
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws IOException;
  }

  /// For networks and hubs as they are.
  static Patience usual() {
    return new Patience(6, Duration.ofSeconds(1), Duration.ofMinutes(5), Thread::sleep);
  }

  /// Tries until it goes well, or not any more.
  ///
  /// @param stop ends it
  /// @param say is told why and when it is tried again
  /// @throws CancellationException if it was stopped
  /// @throws IOException if it failed too often
  <T> T persist(Attempt<T> attempt, BooleanSupplier stop, Consumer<String> say) throws IOException {
    for (int failed = 0; ; ) {
      requireGoing(stop);
      try {
        return attempt.run();
      } catch (TransientFailure failure) {
        requireGoing(stop);
        failed = failure.progressed() ? 1 : failed + 1;
        if (failed >= tries) {
          throw new IOException(
              "%s, at the last of %d tries; what has come is kept: the same command goes on from there"
                  .formatted(failure.getMessage(), tries),
              failure);
        }
        var wait = failure.waitAsked().orElse(backoff(failed));
        if (wait.compareTo(longest) > 0) {
          throw new IOException(
              "%s and asks for %,d seconds of rest; what has come is kept: the same command goes on from there, later"
                  .formatted(failure.getMessage(), wait.toSeconds()),
              failure);
        }
        say.accept("%s; again in %s".formatted(failure.getMessage(), seconds(wait)));
        rest(wait, stop);
      }
    }
  }

  private Duration backoff(int failed) {
    var wait = first.multipliedBy(1L << Math.min(failed - 1, 20));
    return wait.compareTo(longest) > 0 ? longest : wait;
  }

  private static String seconds(Duration wait) {
    return wait.toMillis() % 1000 == 0 ? wait.toSeconds() + " s" : wait.toMillis() + " ms";
  }

  private void rest(Duration wait, BooleanSupplier stop) {
    for (var left = wait; left.isPositive(); left = left.minus(SLICE)) {
      requireGoing(stop);
      try {
        pause.of(left.compareTo(SLICE) < 0 ? left : SLICE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted");
      }
    }
  }

  private static void requireGoing(BooleanSupplier stop) {
    if (stop.getAsBoolean()) {
      throw new CancellationException("stopped");
    }
  }
}
