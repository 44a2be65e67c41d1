package org.instructgpt.model;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// Threads that share many short rounds of work with the thread that opens them.
///
/// Between two rounds lie microseconds, so a helper looks for the next one for a moment before it
/// sleeps; waking it takes longer than a round. A round is cut into pieces, and whoever is free
/// takes the next: a helper that gets no processor, since other programs have them, takes none, and
/// the round is as fast as with one thread.
///
/// For one generation: close it at the end.
final class SpinningTeam implements AutoCloseable {
  /// How often a helper looks before it sleeps: about 50 microseconds.
  private static final int LOOKS = 2_000;

  private final Thread[] helpers;

  /// The number of the round in the upper half, how many of its pieces are left in the lower.
  private final AtomicLong left = new AtomicLong();

  private final AtomicInteger done = new AtomicInteger();
  private volatile IntConsumer work = _ -> {};
  private volatile boolean closed;

  /// @param threads with that of the caller
  SpinningTeam(int threads) {
    helpers = new Thread[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = Thread.ofPlatform().daemon().name("decoder-" + i).start(this::help);
    }
  }

  /// How many threads there are.
  int size() {
    return helpers.length + 1;
  }

  /// Does pieces 0 to `count` - 1 of `piece` and returns when all are done. A piece must not throw.
  void run(int count, IntConsumer piece) {
    if (helpers.length == 0) {
      for (int i = 0; i < count; i++) {
        piece.accept(i);
      }
      return;
    }
    work = piece;
    done.set(0);
    left.set((((left.get() >>> 32) + 1) << 32) + count);
    for (var helper : helpers) {
      LockSupport.unpark(helper);
    }
    boolean more = true;
    while (more) {
      more = takeOne();
    }
    while (done.get() < count) {
      Thread.onSpinWait();
    }
  }

  /// Takes a piece and does it, if there is one.
  ///
  /// While a round has pieces left, the next one has not begun: so a ticket that is still valid
  /// when it is taken goes with the work that was read before.
  private boolean takeOne() {
    long ticket = left.get();
    int pieces = (int) ticket;
    if (pieces == 0) {
      return false;
    }
    var mine = work;
    if (left.compareAndSet(ticket, ticket - 1)) {
      mine.accept(pieces - 1);
      done.incrementAndGet();
    }
    return true;
  }

  private void help() {
    int looks = 0;
    while (!closed) {
      if (takeOne()) {
        looks = 0;
      } else if (looks++ < LOOKS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
        looks = 0;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (var helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
