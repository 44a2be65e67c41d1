package org.instructgpt.serve;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A lock that threads hold in strict turns, round robin. A holder that passes it on joins the end
/// of the queue in the same moment, so that no thread gets a second turn while another waits,
/// however slowly that one wakes.
final class TurnLock {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();

  /// The holder, then the threads that wait.
  private final Queue<Thread> queue = new ArrayDeque<>();

  /// Waits for a first turn. For a thread that is not in the queue.
  void acquire() {
    awaitTurn(() -> queue.add(Thread.currentThread()));
  }

  /// Lets every thread in the queue have a turn, then has the next. For the holder.
  void pass() {
    awaitTurn(() -> queue.add(queue.remove()));
  }

  /// Leaves the queue. For the holder.
  void release() {
    lock.lock();
    try {
      queue.remove();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitTurn(Runnable move) {
    lock.lock();
    try {
      move.run();
      moved.signalAll();
      while (!Thread.currentThread().equals(queue.peek())) {
        moved.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
