package org.instructgpt.records;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The one thread that writes.
///
/// SQLite lets one connection write at a time, and each commit waits for the disk, as it does on a
/// server. So all writes queue here, for both, and those that wait together are committed together:
/// each runs behind a savepoint of its own, so that one that fails takes nothing with it, and all
/// share one wait for the disk. A write is acknowledged, by completing its future, after the
/// commit; whoever saw that may be killed, and the data is there.
final class WriterThread implements AutoCloseable {
  /// How many waiting writes share a commit at most; more would only let the first of them wait
  /// longer.
  private static final int TOGETHER = 256;

  /// How often a write is tried that others got in the way of.
  private static final int ATTEMPTS = 4;

  private final LinkedBlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
  private final Job<Boolean> last = new Job<>(_ -> true);
  private final Object gate = new Object();
  private final Connection connection;
  private final UnaryOperator<RuntimeException> explain;
  private final Thread thread;
  private boolean closed;

  /// Used by the thread alone; absent after a failure, when the next write gets a new one.
  private @Nullable Handle handle;

  /// How the database is spoken to.
  ///
  /// @param open makes a connection
  /// @param alive whether one that has waited can still be used
  /// @param begin starts a transaction in which nobody else writes, and marks the place
  /// @param mark forgets the place that was marked and marks this one
  /// @param undo goes back to the mark, which stays
  /// @param again whether a write that failed like this may well succeed when it is repeated at
  ///   once
  record Connection(
      Supplier<Handle> open,
      Predicate<Handle> alive,
      Consumer<Handle> begin,
      Consumer<Handle> mark,
      Consumer<Handle> undo,
      Predicate<Throwable> again) {}

  private static final class Job<T> {
    private final Function<Handle, T> work;
    private final CompletableFuture<T> done = new CompletableFuture<>();
    private @Nullable Runnable acknowledge;

    Job(Function<Handle, T> work) {
      this.work = work;
    }

    void run(Handle handle, Connection connection) {
      for (int attempt = 1; !ran(handle, connection, attempt); attempt++) {}
    }

    /// False when it shall be tried again.
    private boolean ran(Handle handle, Connection connection, int attempt) {
      try {
        T result = work.apply(handle);
        acknowledge = () -> done.complete(result);
      } catch (RuntimeException | Error fault) {
        if (!undone(handle, connection, fault)) {
          throw fault;
        }
        if (attempt < ATTEMPTS && connection.again().test(fault)) {
          return false;
        }
        acknowledge = () -> done.completeExceptionally(fault);
      }
      return true;
    }

    /// On a full disk SQLite undoes the whole transaction by itself, and the mark is gone: then all
    /// must fail.
    private static boolean undone(Handle handle, Connection connection, Throwable fault) {
      try {
        connection.undo().accept(handle);
        return true;
      } catch (RuntimeException gone) {
        fault.addSuppressed(gone);
        return false;
      }
    }

    void acknowledge() {
      if (acknowledge != null) {
        acknowledge.run();
      }
    }
  }

  /// Opens a connection that only this thread uses. What goes wrong with it is told in the words of
  /// `explain`.
  WriterThread(Connection connection, UnaryOperator<RuntimeException> explain) {
    this.connection = connection;
    this.explain = explain;
    this.handle = connection.open().get();
    this.thread = Thread.ofPlatform().daemon().name("records-writer").start(this::run);
  }

  /// Queues a write; the future ends when it is on the disk, or with what went wrong.
  <T> CompletableFuture<T> submit(Function<Handle, T> work) {
    Job<T> job = new Job<>(work);
    synchronized (gate) {
      if (closed) {
        throw new IllegalStateException("the store is closed");
      }
      queue.add(job);
    }
    return job.done;
  }

  /// Finishes the writes that wait, then ends the thread and closes its connection.
  @Override
  public void close() {
    synchronized (gate) {
      if (!closed) {
        closed = true;
        queue.add(last);
      }
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      List<Job<?>> together = new ArrayList<>();
      while (!together.contains(last)) {
        together.clear();
        together.add(queue.take());
        queue.drainTo(together, TOGETHER - 1);
        write(together);
      }
    } catch (InterruptedException nobodyInterrupts) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  private void write(List<Job<?>> together) {
    try {
      Handle open = open();
      connection.begin().accept(open);
      for (Job<?> job : together) {
        if (job != together.getFirst()) {
          connection.mark().accept(open);
        }
        job.run(open, connection);
      }
      open.commit();
      together.forEach(Job::acknowledge);
    } catch (RuntimeException fault) {
      fail(together, explain.apply(fault));
    } catch (Error fault) {
      fail(together, fault);
    }
  }

  private Handle open() {
    if (handle != null && !connection.alive().test(handle)) {
      disconnect();
    }
    if (handle == null) {
      handle = connection.open().get();
    }
    return handle;
  }

  /// The disk is full, or the file is gone: nothing of this commit counts. What state the
  /// connection is in is anybody's guess, so the next write starts with a new one.
  private void fail(List<Job<?>> together, Throwable fault) {
    disconnect();
    together.forEach(job -> job.done.completeExceptionally(fault));
  }

  private void disconnect() {
    if (handle != null) {
      try {
        // The driver's own close: the handle's first tries to end a transaction that may be there
        // or not.
        handle.getConnection().close();
      } catch (SQLException nothingLeftToSave) {
        // What was committed is on the disk, what was not has failed already.
      }
      handle = null;
    }
  }
}
