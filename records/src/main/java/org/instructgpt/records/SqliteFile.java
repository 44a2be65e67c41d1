package org.instructgpt.records;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.instructgpt.files.PrivateFiles;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteException;

/// A SQLite file with a write-ahead log, a sync at every commit, foreign keys, and deleted rows
/// overwritten with zeros.
final class SqliteFile implements Database {
  /// How long a connection waits for a lock of another program: longer than it takes to rewrite a
  /// large store after an erasure.
  private static final int PATIENCE_MILLIS = 60_000;

  /// How often the program tries to empty the log, and how long it waits for readers in between.
  private static final int CHECKPOINTS = 200;

  private static final long READERS_NANOS = 25_000_000;

  private final Path file;
  private final Jdbi readers;
  private final Jdbi writers;

  SqliteFile(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          file + ": expected an existing folder to keep the store in, found none at " + folder);
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + ": expected a store, found a folder");
    }
    if (!Files.isWritable(folder) || (Files.exists(file) && !Files.isWritable(file))) {
      throw new IOException(
          file + ": expected a file and a folder that can be written, found them read-only");
    }
    PrivateFiles.keep(file); // the log and the index beside it get the permissions of the file
    for (String log : List.of("-wal", "-shm")) {
      Path beside = file.resolveSibling(file.getFileName() + log);
      if (Files.exists(beside)) {
        PrivateFiles.keep(beside);
      }
    }
    this.file = file;
    var reading = source(file, SQLiteConfig.TransactionMode.DEFERRED);
    this.readers =
        Database.withoutStatementsInMessages(Jdbi.create(() -> readOnly(reading.getConnection())));
    this.writers =
        Database.withoutStatementsInMessages(
            Jdbi.create(source(file, SQLiteConfig.TransactionMode.IMMEDIATE)));
    writers.setStatementBuilderFactory(_ -> new StatementCache());
  }

  @Override
  public Dialect dialect() {
    return Dialect.SQLITE;
  }

  @Override
  public String name() {
    return file.toString();
  }

  /// Flyway does not lock SQLite, so two programs that open a new file at the same time would both
  /// create its tables; a lock on a file beside it makes one of them wait.
  @Override
  public void migrate(MigrationScripts scripts) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".lock");
    synchronized (SqliteFile.class) { // A lock of the file system belongs to the whole process.
      try (FileChannel channel =
              FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        Schema.migrate(this, source(file, SQLiteConfig.TransactionMode.DEFERRED), scripts);
      }
    }
  }

  @Override
  public WriterThread.Connection writing() {
    return new WriterThread.Connection(
        writers::open,
        _ -> true,
        handle -> {
          handle.begin();
          handle.execute(MARK);
        },
        handle -> {
          handle.execute(FORGET);
          handle.execute(MARK);
        },
        handle -> handle.execute(UNDO),
        _ -> false);
  }

  @Override
  public <T> T read(Function<Handle, T> work) {
    return readers.inTransaction(work::apply);
  }

  /// `VACUUM INTO` copies one state of the store in a single read, without deleted rows; writers
  /// neither wait nor force a restart. The copy is checked before it gets its final name.
  @Override
  public void backup(Path copy) throws IOException {
    Path folder = copy.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.exists(copy)) {
      throw new IllegalArgumentException(
          copy
              + ": expected the name of a new file in an existing folder, found "
              + (Files.exists(copy) ? "one that is there already" : "no folder " + folder));
    }
    Path beside = folder.resolve("." + copy.getFileName() + ".part");
    Files.deleteIfExists(beside);
    try {
      Files.createFile(beside, PrivateFiles.file());
      raw(file, statement -> statement.execute("VACUUM INTO '" + quoted(beside) + "'"));
      check(beside);
      try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(beside, copy, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void check(Path copy) throws IOException {
    List<String> found = new ArrayList<>();
    raw(
        copy,
        statement -> {
          for (String check : List.of("integrity_check", "foreign_key_check")) {
            try (var rows = statement.executeQuery("PRAGMA " + check)) {
              while (rows.next()) {
                found.add(rows.getString(1));
              }
            }
          }
        });
    if (!found.equals(List.of("ok"))) {
      throw new IOException(
          copy
              + ": expected a sound copy, found "
              + found
              + "; the store itself may be damaged: keep older backups");
    }
  }

  private static String quoted(Path path) {
    return path.toAbsolutePath().toString().replace("'", "''");
  }

  @FunctionalInterface
  private interface Work {
    void with(Statement statement) throws SQLException;
  }

  /// Runs statements outside of any transaction, on a separate connection.
  private static void raw(Path file, Work work) throws IOException {
    try (var connection = source(file, SQLiteConfig.TransactionMode.DEFERRED).getConnection();
        var statement = connection.createStatement()) {
      work.with(statement);
    } catch (SQLException failure) {
      throw new IOException(file + ": " + failure.getMessage(), failure);
    }
  }

  /// Deleted rows are already overwritten with zeros; this rewrites the file without gaps and
  /// empties the log, which contains older versions of the pages. Current readers can keep the log
  /// from being emptied, so this is retried.
  @Override
  public void scrub() {
    try {
      raw(
          file,
          statement -> {
            statement.execute("VACUUM");
            for (int attempt = 0; attempt < CHECKPOINTS; attempt++) {
              try (var rows = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                if (rows.next() && rows.getInt(1) == 0) {
                  return;
                }
              }
              LockSupport.parkNanos(READERS_NANOS);
            }
            throw new SQLException(
                "the rows are deleted, but a reader keeps the log "
                    + file
                    + "-wal from being emptied;"
                    + " erase again when nobody reads");
          });
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// Writing the current number again makes SQLite write the first page.
  @Override
  public void touch(Handle handle) {
    int version = handle.createQuery("PRAGMA user_version").mapTo(Integer.class).one();
    handle.execute("PRAGMA user_version = " + version);
  }

  @Override
  public RuntimeException explained(RuntimeException failure) {
    SQLiteException cause = sqlite(failure);
    if (cause == null) {
      return failure;
    }
    String reason = file + ": " + cause.getMessage();
    return switch (cause.getResultCode()) {
      case SQLITE_NOTADB ->
          new IllegalArgumentException(
              file + ": expected a store, found a file that is no SQLite database", failure);
      case SQLITE_CORRUPT ->
          new IllegalArgumentException(
              reason + "; the store is damaged: put a backup in its place", failure);
      default -> new UncheckedIOException(reason, new IOException(reason, failure));
    };
  }

  /// Nothing to close: every reader closes its own connection.
  @Override
  public void close() {}

  private static SQLiteDataSource source(Path file, SQLiteConfig.TransactionMode mode) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(PATIENCE_MILLIS);
    config.setTransactionMode(mode);
    config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "true");
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    return source;
  }

  private static Connection readOnly(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA query_only = ON");
    }
    return connection;
  }

  private static @Nullable SQLiteException sqlite(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException exception) {
        return exception;
      }
    }
    return null;
  }
}
