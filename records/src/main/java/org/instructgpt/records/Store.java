package org.instructgpt.records;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteException;

/// Everything that people gave, in one SQLite file (`feedback.db` of a workspace).
///
/// Writes go through [one thread][Writer] and are acknowledged when the disk has them: write-ahead
/// log, a sync with every commit, foreign keys. Each read opens its own connection and sees one
/// consistent state, whatever is being written. Answers come in the order of arrival, which never
/// changes. All methods may be called from any thread.
///
/// What cannot be read or written ends in an [IllegalArgumentException] where the file is at fault
/// (damaged, of a newer program, no database), and in an [IOException] or [UncheckedIOException]
/// where the machine is (no space, no permission).
public final class Store implements AutoCloseable {
  /// How long a connection waits for a lock of another program before it gives up.
  private static final int PATIENCE_MILLIS = 10_000;

  private final Path file;
  private final Jdbi readers;
  private final Writer writer;

  private Store(Path file, Jdbi readers, Writer writer) {
    this.file = file;
    this.readers = readers;
    this.writer = writer;
  }

  /// How many records of each type there are.
  public record Counts(
      long labelers, long prompts, long demonstrations, long rankings, long ratings) {}

  /// Opens a store, makes it where there is none, and brings an older one to this version.
  public static Store open(Path file) throws IOException {
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
    try {
      Schema.migrate(file, source(file, SQLiteConfig.TransactionMode.DEFERRED));
      var reading = source(file, SQLiteConfig.TransactionMode.DEFERRED);
      Jdbi readers = Jdbi.create(() -> readOnly(reading.getConnection()));
      Jdbi writers = Jdbi.create(source(file, SQLiteConfig.TransactionMode.IMMEDIATE));
      return new Store(file, readers, new Writer(writers::open, fault -> explained(file, fault)));
    } catch (FlywayException | JdbiException failure) {
      if (explained(file, failure) instanceof UncheckedIOException machine) {
        throw new IOException(machine.getMessage(), failure);
      }
      throw new IllegalArgumentException(explained(file, failure).getMessage(), failure);
    }
  }

  /// Adds records in one transaction: all or none. The future ends with the number of new ones when
  /// the disk has them.
  ///
  /// A record that is there already with the same content (but for its time) is not new, so a write
  /// whose answer was lost can be repeated. The future fails with [IllegalArgumentException] when
  /// an id is taken by other content, or when a prompt or a labeler is named that is neither stored
  /// nor earlier in the list.
  public CompletableFuture<Integer> add(List<? extends Feedback> records) {
    List<? extends Feedback> batch = List.copyOf(records);
    return write(handle -> {
      Rows rows = new Rows(handle);
      return (int) batch.stream().filter(rows::add).count();
    });
  }

  /// One record, as [#add(List)]; the future ends with 1 when it was new, else with 0.
  public CompletableFuture<Integer> add(Feedback record) {
    return add(List.of(record));
  }

  public List<Labeler> labelers() {
    return read(handle -> list(consumer -> eachLabeler(handle, consumer)));
  }

  public Optional<Prompt> prompt(String id) {
    return read(handle -> new Rows(handle).find(Table.PROMPT, id));
  }

  /// The prompts that the filter lets through; it must not ask for a pool or a labeler, whom
  /// prompts do not have.
  public List<Prompt> prompts(Filter filter) {
    return read(handle -> list(consumer -> eachPrompt(handle, filter, consumer)));
  }

  public List<Prompted<Demonstration>> demonstrations(Filter filter) {
    return given(Table.DEMONSTRATION, filter);
  }

  public List<Prompted<Ranking>> rankings(Filter filter) {
    return given(Table.RANKING, filter);
  }

  public List<Prompted<Rating>> ratings(Filter filter) {
    return given(Table.RATING, filter);
  }

  public Counts counts() {
    return read(handle -> {
      Rows rows = new Rows(handle);
      return new Counts(
          rows.count(Table.LABELER, Filter.ALL),
          rows.count(Table.PROMPT, Filter.ALL),
          rows.count(Table.DEMONSTRATION, Filter.ALL),
          rows.count(Table.RANKING, Filter.ALL),
          rows.count(Table.RATING, Filter.ALL));
    });
  }

  /// Waits for the writes under way and lets go of the file.
  @Override
  public void close() {
    writer.close();
  }

  /// Queues work on the writing connection, inside a transaction of its own.
  <T> CompletableFuture<T> write(Function<Handle, T> work) {
    return writer.submit(work);
  }

  /// Runs work on a connection of its own that sees one state of the store.
  <T> T read(Function<Handle, T> work) {
    try {
      return readers.inTransaction(work::apply);
    } catch (JdbiException failure) {
      throw explained(file, failure);
    }
  }

  static void eachLabeler(Handle handle, Consumer<Labeler> consumer) {
    new Rows(handle)
        .select(Table.LABELER, Filter.ALL)
        .map((row, _) -> Table.LABELER.reader().read(row, "t_"))
        .useStream(rows -> rows.forEach(consumer));
  }

  static void eachPrompt(Handle handle, Filter filter, Consumer<Prompt> consumer) {
    if (filter.pool().isPresent() || filter.labeler().isPresent()) {
      throw new IllegalArgumentException(
          "expected a filter of prompts by split and source, found one by labeler: " + filter);
    }
    new Rows(handle)
        .select(Table.PROMPT, filter)
        .map((row, _) -> Table.PROMPT.reader().read(row, "t_"))
        .useStream(rows -> rows.forEach(consumer));
  }

  static <T extends Feedback> void eachGiven(
      Handle handle, Table<T> table, Filter filter, Consumer<Prompted<T>> consumer) {
    new Rows(handle)
        .selectGiven(table, filter)
        .map((row, _) ->
            new Prompted<>(Table.PROMPT.reader().read(row, "p_"), table.reader().read(row, "t_")))
        .useStream(rows -> rows.forEach(consumer));
  }

  private <T extends Feedback> List<Prompted<T>> given(Table<T> table, Filter filter) {
    return read(handle -> list(consumer -> eachGiven(handle, table, filter, consumer)));
  }

  private static <T> List<T> list(Consumer<Consumer<T>> source) {
    List<T> list = new ArrayList<>();
    source.accept(list::add);
    return list;
  }

  private static SQLiteDataSource source(Path file, SQLiteConfig.TransactionMode mode) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(PATIENCE_MILLIS);
    config.setTransactionMode(mode);
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

  /// A failure of the database in words of the user: the file is at fault, or the machine. Other
  /// faults stay as they are.
  private static RuntimeException explained(Path file, RuntimeException failure) {
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

  private static @Nullable SQLiteException sqlite(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException exception) {
        return exception;
      }
    }
    return null;
  }
}
