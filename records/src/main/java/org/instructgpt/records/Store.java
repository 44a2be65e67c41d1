package org.instructgpt.records;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// The store of all feedback, in one SQLite file (`feedback.db` of a workspace) or on a PostgreSQL
/// server.
///
/// Writes are executed by [one thread][WriterThread], one after another, and are acknowledged when
/// they are on the disk. Each read has its own connection and sees one consistent state. Results
/// are in the order of arrival, which never changes. The class is thread-safe.
///
/// Failures are an [IllegalArgumentException] if the file is at fault (damaged, of a newer program,
/// no database), and an [IOException] or [UncheckedIOException] if the machine is (no space, no
/// permission).
public final class Store implements AutoCloseable {
  /// Rows that a server sends at a time; without a number it sends all of them at once.
  private static final int ROWS = 1000;

  /// The time limit of [#healthy].
  private static final int PATIENCE_SECONDS = 5;

  private final Database database;
  private final WriterThread writer;

  private Store(Database database, WriterThread writer) {
    this.database = database;
    this.writer = writer;
  }

  /// The numbers of records by type.
  public record Counts(
      long labelers, long prompts, long demonstrations, long rankings, long ratings) {}

  /// Opens a store in a file, creates it if it does not exist, and migrates an older one.
  public static Store open(Path file) throws IOException {
    return open(new SqliteFile(file));
  }

  /// Opens a store by its location: `postgresql://user:password@host:port/database`, or a file.
  public static Store open(String place) throws IOException {
    return open(
        place.startsWith(PostgresServer.SCHEME)
            ? new PostgresServer(place)
            : new SqliteFile(Path.of(place)));
  }

  /// Counts the records of a store without opening it for writing: nothing is created or migrated,
  /// so that a store in a read-only folder can be counted.
  ///
  /// @throws IllegalArgumentException if there is no store
  public static Census census(String place) throws IOException {
    return StoreCounts.of(place);
  }

  private static Store open(Database database) throws IOException {
    try {
      database.migrate(MigrationScripts.own(database.dialect()));
      return new Store(
          database,
          database.explaining(() -> new WriterThread(database.writing(), database::explained)));
    } catch (UncheckedIOException machine) {
      database.close();
      throw new IOException(machine.getMessage(), machine);
    } catch (RuntimeException | IOException failure) {
      database.close();
      throw failure;
    }
  }

  public Dialect dialect() {
    return database.dialect();
  }

  /// Creates or updates the tables of another module by the Flyway scripts `V1__name.sql`, ... in
  /// the folder `migrations` beside the class `owner`; the table `MODULE_history` records which
  /// were run.
  ///
  /// The scripts are for both databases: `${sequence}` is an auto-incremented primary key,
  /// `${long}` an integer of 64 bits (times, counts; `INTEGER` has 32 bits on a server), and
  /// `${strict}` ends a table whose types SQLite enforces; such a table may use only `INTEGER`,
  /// `${long}`, `REAL`, `TEXT` and `BLOB`.
  public void extend(String module, Class<?> owner) throws IOException {
    try {
      database.migrate(MigrationScripts.of(module, owner));
    } catch (UncheckedIOException machine) {
      throw new IOException(machine.getMessage(), machine);
    }
  }

  /// Adds records in one transaction: all or none. The future completes with the number of new ones
  /// when they are on the disk.
  ///
  /// A record that is already stored with the same content (apart from its time) is not new, so a
  /// write whose answer was lost can be repeated. The future fails with [IllegalArgumentException]
  /// if an id belongs to a record of other content, or if a prompt or labeler is neither stored nor
  /// earlier in the list.
  public CompletableFuture<Integer> add(List<? extends Feedback> records) {
    List<? extends Feedback> batch = List.copyOf(records);
    return write(handle -> insert(handle, batch));
  }

  /// Adds one record as [#add(List)]; the future completes with 1 if it was new, else with 0.
  public CompletableFuture<Integer> add(Feedback record) {
    return add(List.of(record));
  }

  public List<Labeler> labelers() {
    return read(handle -> list(consumer -> eachLabeler(handle, consumer)));
  }

  public Optional<Prompt> prompt(String id) {
    return read(handle -> new RecordRows(handle).find(RecordTable.PROMPT, id));
  }

  /// The prompts that pass the filter, which must not have a pool or a labeler.
  public List<Prompt> prompts(Filter filter) {
    return read(handle -> list(consumer -> eachPrompt(handle, filter, consumer)));
  }

  public List<WithPrompt<Demonstration>> demonstrations(Filter filter) {
    return given(RecordTable.DEMONSTRATION, filter);
  }

  public List<WithPrompt<Ranking>> rankings(Filter filter) {
    return given(RecordTable.RANKING, filter);
  }

  public List<WithPrompt<Rating>> ratings(Filter filter) {
    return given(RecordTable.RATING, filter);
  }

  /// Hands on the prompts that pass the filter, one after another and none kept, in the order of
  /// arrival and as they were when this began.
  ///
  /// @param consumer must not use the store
  public void eachPrompt(Filter filter, Consumer<Prompt> consumer) {
    each(handle -> eachPrompt(handle, filter, consumer));
  }

  /// The same of demonstrations.
  public void eachDemonstration(Filter filter, Consumer<WithPrompt<Demonstration>> consumer) {
    each(handle -> eachGiven(handle, RecordTable.DEMONSTRATION, filter, consumer));
  }

  /// The same of rankings.
  public void eachRanking(Filter filter, Consumer<WithPrompt<Ranking>> consumer) {
    each(handle -> eachGiven(handle, RecordTable.RANKING, filter, consumer));
  }

  private void each(Consumer<Handle> work) {
    boolean _ =
        read(handle -> {
          work.accept(handle);
          return true;
        });
  }

  public Counts counts() {
    return read(handle -> {
      RecordRows rows = new RecordRows(handle);
      return new Counts(
          rows.count(RecordTable.LABELER, Filter.ALL),
          rows.count(RecordTable.PROMPT, Filter.ALL),
          rows.count(RecordTable.DEMONSTRATION, Filter.ALL),
          rows.count(RecordTable.RANKING, Filter.ALL),
          rows.count(RecordTable.RATING, Filter.ALL));
    });
  }

  /// Runs work in one transaction that sees all earlier writes and excludes concurrent ones. The
  /// future completes when the transaction is on the disk, or with the failure.
  ///
  /// The work runs on the single writer thread, so it should be quick and must not wait for another
  /// write of the store; it may run more than once until it is committed.
  public <T> CompletableFuture<T> write(Function<Handle, T> work) {
    return writer.submit(work);
  }

  /// Runs work as [#write] and waits until it is on the disk. Throws what the work threw.
  public <T> T writeNow(Function<Handle, T> work) {
    try {
      return write(work).join();
    } catch (CompletionException failure) {
      throw failure.getCause() instanceof RuntimeException cause ? cause : failure;
    }
  }

  /// Runs read-only work that sees one consistent state of the store.
  public <T> T read(Function<Handle, T> work) {
    return database.explaining(() -> database.read(work));
  }

  /// Adds a record as [#add(Feedback)] inside the transaction of a [#write], and returns whether it
  /// was new. So a ranking and the completion of its task are stored together or not at all.
  public boolean insert(Handle handle, Feedback record) {
    return insert(handle, List.of(record)) == 1;
  }

  /// Adds records as [#add(List)] inside the transaction of a [#write], and returns the number of
  /// new ones.
  public int insert(Handle handle, List<? extends Feedback> records) {
    return new RecordRows(handle).add(records);
  }

  /// Replaces records inside the transaction of a [#write], to correct feedback that has not been
  /// used yet. The new records come last in the order of arrival.
  public void replace(Handle handle, List<? extends Feedback> old, List<? extends Feedback> fresh) {
    var rows = new RecordRows(handle);
    List.copyOf(old).reversed().forEach(rows::remove);
    rows.add(fresh);
  }

  /// Records, inside the transaction of a [#write], that the current feedback was used by a
  /// training, an export or a curation. From then on it cannot be corrected.
  ///
  /// @param by what used it, a short word such as `reward`
  public void take(Handle handle, String by, Instant at) {
    handle.execute(
        """
        INSERT INTO taken (by_whom, at) VALUES (?, ?)
        ON CONFLICT (by_whom) DO UPDATE SET at = excluded.at\
        """,
        by,
        at.toString());
  }

  /// When feedback was last used, see [#take]; empty if it never was.
  public Optional<Instant> taken(Handle handle) {
    return handle.createQuery("SELECT at FROM taken").mapTo(String.class).stream()
        .map(Instant::parse)
        .max(Comparator.naturalOrder());
  }

  /// Deletes the records of these people and these prompts, and the feedback of others on them,
  /// here and in other modules, in one transaction; then removes their remains from the file and
  /// its log. Concurrent readers can keep the log from being emptied: then this fails and can be
  /// repeated.
  ///
  /// @param people ids of users, accounts and labelers
  /// @param prompts ids of prompts that are deleted whoever wrote them
  /// @param modules that store rows about people or prompts
  public Erased erase(Set<String> people, Set<String> prompts, List<Erasable> modules) {
    if (people.isEmpty() && prompts.isEmpty()) {
      throw new IllegalArgumentException("erase: expected a person or a prompt, found none");
    }
    Set<String> who = Set.copyOf(people);
    Set<String> what = Set.copyOf(prompts);
    List<Erasable> others = List.copyOf(modules);
    Erased erased = writeNow(handle -> new Erasure(handle, who, what).run(others));
    database.scrub();
    return erased;
  }

  /// Writes a checked copy of the whole store to a new file while others write. Fails for a server,
  /// which has its own tool.
  public void backup(Path file) throws IOException {
    database.backup(file);
  }

  /// Whether a read works and a write reaches the disk, within a few seconds.
  public boolean healthy() {
    try {
      int one = read(handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one());
      return write(
              handle -> {
                database.touch(handle);
                return one == 1;
              })
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    } catch (RuntimeException | ExecutionException | TimeoutException ill) {
      return false;
    }
  }

  /// Waits for the queued writes and closes the connections.
  @Override
  public void close() {
    writer.close();
    database.close();
  }

  static void eachLabeler(Handle handle, Consumer<Labeler> consumer) {
    new RecordRows(handle)
        .select(RecordTable.LABELER, Filter.ALL)
        .map((row, _) -> RecordTable.LABELER.reader().read(row, "t_"))
        .useStream(rows -> rows.forEach(consumer));
  }

  static void eachPrompt(Handle handle, Filter filter, Consumer<Prompt> consumer) {
    if (filter.pool().isPresent() || filter.labeler().isPresent()) {
      throw new IllegalArgumentException(
          "expected a filter of prompts by split and source, found one by labeler: " + filter);
    }
    new RecordRows(handle)
        .select(RecordTable.PROMPT, filter)
        .setFetchSize(ROWS)
        .map((row, _) -> RecordTable.PROMPT.reader().read(row, "t_"))
        .useStream(rows -> rows.forEach(consumer));
  }

  static <T extends Feedback> void eachGiven(
      Handle handle, RecordTable<T> table, Filter filter, Consumer<WithPrompt<T>> consumer) {
    new RecordRows(handle)
        .selectGiven(table, filter)
        .setFetchSize(ROWS)
        .map((row, _) ->
            new WithPrompt<>(
                RecordTable.PROMPT.reader().read(row, "p_"), table.reader().read(row, "t_")))
        .useStream(rows -> rows.forEach(consumer));
  }

  private <T extends Feedback> List<WithPrompt<T>> given(RecordTable<T> table, Filter filter) {
    return read(handle -> list(consumer -> eachGiven(handle, table, filter, consumer)));
  }

  private static <T> List<T> list(Consumer<Consumer<T>> source) {
    List<T> list = new ArrayList<>();
    source.accept(list::add);
    return list;
  }
}
