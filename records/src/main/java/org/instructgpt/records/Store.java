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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// Everything that people gave, in one SQLite file (`feedback.db` of a workspace) or on a
/// PostgreSQL server.
///
/// Writes go through [one thread][WriterThread], one after another, and are acknowledged when the
/// disk has them. Each read has its own connection and sees one consistent state, whatever is being
/// written. Answers come in the order of arrival, which never changes. All methods may be called
/// from any thread.
///
/// What cannot be read or written ends in an [IllegalArgumentException] where the file is at fault
/// (damaged, of a newer program, no database), and in an [IOException] or [UncheckedIOException]
/// where the machine is (no space, no permission).
public final class Store implements AutoCloseable {
  /// How long a store may take to show that it is well.
  private static final int PATIENCE_SECONDS = 5;

  private final Database database;
  private final WriterThread writer;

  private Store(Database database, WriterThread writer) {
    this.database = database;
    this.writer = writer;
  }

  /// How many records of each type there are.
  public record Counts(
      long labelers, long prompts, long demonstrations, long rankings, long ratings) {}

  /// Opens a store in a file, makes it where there is none, and brings an older one to this
  /// version.
  public static Store open(Path file) throws IOException {
    return open(new SqliteFile(file));
  }

  /// Opens a store by its place: `postgresql://user:password@host:port/database`, or a file.
  public static Store open(String place) throws IOException {
    return open(
        place.startsWith(PostgresServer.SCHEME)
            ? new PostgresServer(place)
            : new SqliteFile(Path.of(place)));
  }

  /// Counts a store without opening it for writing: nothing is made, migrated or left beside it, so
  /// that one in a read-only folder can be looked at.
  ///
  /// @throws IllegalArgumentException if it is no store
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

  /// Makes or updates the tables of another module, by the Flyway scripts `V1__name.sql`, ... in
  /// the folder `migrations` beside its class; what was run stands in the table `MODULE_history`.
  ///
  /// One script does for both databases: `${sequence}` is a primary key that counts up, `${long}` a
  /// whole number of 64 bits (times, counts; `INTEGER` has 32 on a server and does for what is
  /// smaller), and `${strict}` ends a table whose types SQLite shall enforce; such a table knows
  /// only `INTEGER`, `${long}`, `REAL`, `TEXT` and `BLOB`.
  public void extend(String module, Class<?> owner) throws IOException {
    try {
      database.migrate(MigrationScripts.of(module, owner));
    } catch (UncheckedIOException machine) {
      throw new IOException(machine.getMessage(), machine);
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
    return write(handle -> insert(handle, batch));
  }

  /// One record, as [#add(List)]; the future ends with 1 when it was new, else with 0.
  public CompletableFuture<Integer> add(Feedback record) {
    return add(List.of(record));
  }

  public List<Labeler> labelers() {
    return read(handle -> list(consumer -> eachLabeler(handle, consumer)));
  }

  public Optional<Prompt> prompt(String id) {
    return read(handle -> new RecordRows(handle).find(RecordTable.PROMPT, id));
  }

  /// The prompts that the filter lets through; it must not ask for a pool or a labeler, whom
  /// prompts do not have.
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

  /// Work in one transaction that nobody else's write comes into: it sees what all before it left,
  /// and either all of it counts or nothing. The future ends when the disk has it, or with what
  /// went wrong.
  ///
  /// The work runs on the one thread that writes, so it should be quick, wait for nothing, and not
  /// ask the store for another write; it may run more than once until it counts.
  public <T> CompletableFuture<T> write(Function<Handle, T> work) {
    return writer.submit(work);
  }

  /// Work that sees one state of the store, whatever is being written, and changes nothing.
  public <T> T read(Function<Handle, T> work) {
    return database.explaining(() -> database.read(work));
  }

  /// A record as [#add(Feedback)], inside a [#write] under way; whether it was new. So a ranking
  /// and the task that it fulfils are stored together or not at all.
  public boolean insert(Handle handle, Feedback record) {
    return insert(handle, List.of(record)) == 1;
  }

  /// Records as [#add(List)], inside a [#write] under way; the number of new ones.
  public int insert(Handle handle, List<? extends Feedback> records) {
    return new RecordRows(handle).add(records);
  }

  /// Puts records in the place of others, inside a [#write] under way: what is corrected before
  /// anybody used it. The new ones come last in the order of arrival.
  public void replace(Handle handle, List<? extends Feedback> old, List<? extends Feedback> fresh) {
    var rows = new RecordRows(handle);
    List.copyOf(old).reversed().forEach(rows::remove);
    rows.add(fresh);
  }

  /// Notes, inside a [#write] under way, that what is there was taken out: by a training, an
  /// export, a curation. From then on it is used and nobody corrects it any more.
  ///
  /// @param by whom, a short word such as `reward`
  public void take(Handle handle, String by, Instant at) {
    handle.execute(
        """
        INSERT INTO taken (by_whom, at) VALUES (?, ?)
        ON CONFLICT (by_whom) DO UPDATE SET at = excluded.at\
        """,
        by,
        at.toString());
  }

  /// When something was last taken out; empty when nothing ever was.
  public Optional<Instant> taken(Handle handle) {
    return handle.createQuery("SELECT at FROM taken").mapTo(String.class).stream()
        .map(Instant::parse)
        .max(Comparator.naturalOrder());
  }

  /// Deletes what these people gave and these prompts, and what others gave about it, here and in
  /// other modules, in one transaction; then leaves no byte of it in the file or the log beside it.
  /// Whoever reads meanwhile may keep the log from being emptied: that fails, and can be repeated.
  ///
  /// @param people ids of users, accounts and labelers
  /// @param prompts ids of prompts that go whoever wrote them
  /// @param modules that keep rows about people or prompts
  public Erased erase(Set<String> people, Set<String> prompts, List<Erasable> modules) {
    if (people.isEmpty() && prompts.isEmpty()) {
      throw new IllegalArgumentException("erase: expected a person or a prompt, found none");
    }
    Set<String> who = Set.copyOf(people);
    Set<String> what = Set.copyOf(prompts);
    List<Erasable> others = List.copyOf(modules);
    Erased erased = write(handle -> new Erasure(handle, who, what).run(others)).join();
    database.scrub();
    return erased;
  }

  /// A copy of the whole store in a new file, checked, made while others go on writing; opened like
  /// any store. A server has its own tool for that.
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

  /// Waits for the writes under way and lets go of the file or the server.
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
        .map((row, _) -> RecordTable.PROMPT.reader().read(row, "t_"))
        .useStream(rows -> rows.forEach(consumer));
  }

  static <T extends Feedback> void eachGiven(
      Handle handle, RecordTable<T> table, Filter filter, Consumer<WithPrompt<T>> consumer) {
    new RecordRows(handle)
        .selectGiven(table, filter)
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
