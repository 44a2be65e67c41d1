package org.instructgpt.app;

import java.util.concurrent.CountDownLatch;

/// Ends a run at a step boundary when the process is told to end.
///
/// On SIGINT and SIGTERM the JVM runs its shutdown hooks while the run goes on beside them, and
/// halts when the hooks return, in the middle of whatever the run is doing; a native step does not
/// survive that. So the hook asks the run to stop and waits until it has ended and saved. The exit
/// status is then the signal's own: 130 or 143. A command that never asked for the flag is not
/// waited for.
final class Stop {

  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean requested;
  private volatile boolean heeded;

  /// Listens for the end of the process from now on.
  void arm() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::hook, "stop"));
  }

  /// Says that the caller will look at [#requested] soon and often.
  Stop heed() {
    heeded = true;
    return this;
  }

  /// Whether the run has to end.
  boolean requested() {
    return requested;
  }

  /// Asks the run to end.
  void request() {
    requested = true;
  }

  /// The command has ended and said all it had to say; the process may go.
  void over() {
    over.countDown();
  }

  /// What the hook does: ask, and wait for a run that listens.
  void hook() {
    request();
    try {
      if (heeded) {
        over.await();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
