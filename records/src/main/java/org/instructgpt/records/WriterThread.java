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

/// The single thread that writes to the database.
///
/// SQLite lets one connection write at a time, and each commit waits for the disk, as it does on a
/// server. So all writes are queued here, and those that wait at the same time are committed
/// together: each has its own savepoint, so that a failed write undoes only itself, and all share
/// one sync. A write is acknowledged, by completing its future, after the commit: acknowledged data
/// survives a kill of the program.
final class WriterThread implements AutoCloseable {
  /// The greatest number of writes in a commit; more would only make the first of them wait longer.
  private static final int TOGETHER = 256;

  /// How often a write is tried that conflicts with another program.
  private static final int ATTEMPTS = 4;

  private final LinkedBlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
  private final Job<Boolean> last = new Job<>(_ -> true);
  private final Object gate = new Object();
  private final Connection connection;
  private final UnaryOperator<RuntimeException> explain;
  private final Thread thread;
  private boolean closed;

  /// Used only by the writer thread; absent after a failure until the next write opens a new one.
  private @Nullable Handle handle;

  /// The operations on the database that differ between SQLite and PostgreSQL.
  ///
  /// @param open opens a connection
  /// @param alive whether an idle connection can still be used
  /// @param begin starts a transaction that excludes other writers, and sets a savepoint
  /// @param mark replaces the savepoint by a new one
  /// @param undo rolls back to the savepoint, which stays
  /// @param again whether a write that failed in this way may succeed if it is repeated at once
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

    /// False if the write is to be repeated.
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

    /// On a full disk SQLite rolls back the whole transaction, and the savepoint is gone: then all
    /// writes of the group fail.
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

  /// Opens a connection for this thread only. Its failures are translated by `explain`.
  WriterThread(Connection connection, UnaryOperator<RuntimeException> explain) {
    this.connection = connection;
    this.explain = explain;
    this.handle = connection.open().get();
    this.thread = Thread.ofPlatform().daemon().name("records-writer").start(this::run);
  }

  /// Queues a write; the future completes when it is on the disk, or with the failure.
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

  /// Finishes the queued writes, then ends the thread and closes its connection.
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

  /// Fails a whole group, for example because the disk is full: nothing was committed. The state of
  /// the connection is unknown, so the next write opens a new one.
  private void fail(List<Job<?>> together, Throwable fault) {
    disconnect();
    together.forEach(job -> job.done.completeExceptionally(fault));
  }

  private void disconnect() {
    if (handle != null) {
      try {
        // The driver's close, because the handle's close would first try to end the transaction, if
        // any.
        handle.getConnection().close();
      } catch (SQLException nothingLeftToSave) {
        // Committed writes are on the disk, the others have failed already.
      }
      handle = null;
    }
  }
}
