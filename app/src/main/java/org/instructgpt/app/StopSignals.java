package org.instructgpt.app;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.instructgpt.model.StopFlag;

/// Ends a run at a step boundary when the process is told to end.
///
/// On SIGINT and SIGTERM the JVM runs its shutdown hooks while the run goes on beside them, and
/// halts when the hooks return, in the middle of whatever the run is doing; a native step does not
/// survive that. So the hook asks the run to stop and waits until it has ended and saved. The exit
/// status is then the signal's own: 130 or 143. A command that never asked for the flag is not
/// waited for.
final class StopSignals {

  /// The exit status of a command that was stopped, where the signal's own does not come first.
  static final int STOPPED = 130;

  private static final long LOOK_MILLIS = 100;

  private final CountDownLatch over = new CountDownLatch(1);
  private final StopFlag flag = new StopFlag();
  private volatile boolean heeded;

  /// The exit status of a training.
  ///
  /// @param model that was made; none if it was stopped
  static int status(Optional<Path> model) {
    return model.isPresent() ? 0 : STOPPED;
  }

  /// Prints what a command has to say at its end.
  ///
  /// @param result none if it was stopped
  /// @return its exit status
  static int status(Optional<String> result, PrintWriter out) {
    result.ifPresent(out::print);
    out.flush();
    return result.isPresent() ? 0 : STOPPED;
  }

  /// Listens for the end of the process from now on.
  void arm() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::hook, "stop"));
  }

  /// The flag, for a caller who will look at it soon and often; the process then waits for it.
  StopFlag heed() {
    heeded = true;
    return flag;
  }

  /// Waits until the process is told to end, for a command that serves until then.
  void await() throws InterruptedException {
    var told = heed();
    while (!told.requested()) {
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /// The command has ended and said all it had to say; the process may go.
  void over() {
    over.countDown();
  }

  /// What the hook does: ask, and wait for a run that listens.
  void hook() {
    flag.request();
    try {
      if (heeded) {
        over.await();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
