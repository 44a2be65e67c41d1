package org.instructgpt.serve;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What one thread of several holds at a time, in strict turns: who hands it on stands in line
/// again in the same moment, so that nobody gets it twice while another waits, however slowly that
/// one wakes.
final class TurnLock {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();

  /// The holder, then those who wait.
  private final Queue<Thread> line = new ArrayDeque<>();

  /// Waits for a first turn. For a thread that is not in line.
  void take() {
    turn(() -> line.add(Thread.currentThread()));
  }

  /// Lets everybody in line have a turn, then has the next. For the holder.
  void pass() {
    turn(() -> line.add(line.remove()));
  }

  /// Leaves the line. For the holder.
  void drop() {
    lock.lock();
    try {
      line.remove();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void turn(Runnable move) {
    lock.lock();
    try {
      move.run();
      moved.signalAll();
      while (!Thread.currentThread().equals(line.peek())) {
        moved.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
