package org.instructgpt.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/// The content of an answer. A read does not wait for ever: where nothing comes for too long, or a
/// stop is asked for, a thread beside it closes the stream, and the read fails.
final class PatientBody implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(200);

  private final InputStream in;
  private final AtomicLong read = new AtomicLong();
  private final Thread watch;

  /// @param silence how long nothing may come
  /// @param stop ends it
  PatientBody(InputStream in, Duration silence, BooleanSupplier stop) {
    this.in = in;
    this.watch =
        Thread.ofVirtual().name("download").start(() -> watch(silence.dividedBy(TICK), stop));
  }

  private void watch(long ticks, BooleanSupplier stop) {
    long seen = 0;
    try {
      for (long still = 0; still < ticks && !stop.getAsBoolean(); ) {
        Thread.sleep(TICK);
        still = read.get() == seen ? still + 1 : 0;
        seen = read.get();
      }
      in.close();
    } catch (InterruptedException | IOException _) {
      // The reader has what it wanted, or hears of it by itself.
    }
  }

  /// The next bytes.
  ///
  /// @return how many; -1 at the end
  int read(byte[] into) throws IOException {
    int count = in.read(into);
    read.addAndGet(Math.max(count, 0));
    return count;
  }

  @Override
  public void close() throws IOException {
    watch.interrupt();
    in.close();
  }
}
