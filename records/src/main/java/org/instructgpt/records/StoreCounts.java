package org.instructgpt.records;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Counts the records of a store without writing anything: no table is created or migrated, and no
/// file is created beside it, so that a store in a read-only folder can be counted.
///
/// To read a file with a write-ahead log, SQLite normally creates files beside it. A store whose
/// log is empty is read as an immutable file; a store that others have open is read through their
/// shared memory file; a store with a log that nobody has open (a copy, a crash) is read from a
/// temporary copy.
final class StoreCounts {
  private static final String PROMPTS = "SELECT p.split AS split, count(*) AS n FROM prompt p";
  private static final String BY_SPLIT = " GROUP BY p.split";

  private StoreCounts() {}

  /// Counts a store by its location, as for [Store#open(String)].
  ///
  /// @throws IllegalArgumentException if there is no store
  static Census of(String place) throws IOException {
    if (place.startsWith(PostgresServer.SCHEME)) {
      try (var server = new PostgresServer(place)) {
        return server.explaining(() -> server.read(StoreCounts::count));
      }
    }
    return of(Path.of(place));
  }

  /// Counts a store in a file.
  ///
  /// @throws IllegalArgumentException if there is no store
  static Census of(Path file) throws IOException {
    try {
      if (hasEmptyLog(file)) {
        var census = read(file, "?mode=ro&immutable=1", StoreCounts::count);
        if (hasEmptyLog(file)) { // no writer came meanwhile
          return census;
        }
      }
      if (Files.exists(beside(file, "-shm")) && Files.isWritable(beside(file, "-shm"))) {
        return read(file, "?mode=ro", StoreCounts::count);
      }
      return ofCopy(file);
    } catch (SQLException | JdbiException failure) {
      throw explained(file, failure);
    }
  }

  private static Census ofCopy(Path file) throws IOException, SQLException {
    Path folder = Files.createTempDirectory("instructgpt-census");
    Path copy = folder.resolve("feedback.db");
    try {
      Files.copy(file, copy);
      if (Files.exists(beside(file, "-wal"))) {
        Files.copy(beside(file, "-wal"), beside(copy, "-wal"));
      }
      return read(copy, "", StoreCounts::count);
    } finally {
      for (String end : new String[] {"", "-wal", "-shm", "-journal"}) {
        Files.deleteIfExists(beside(copy, end));
      }
      Files.delete(folder);
    }
  }

  private static boolean hasEmptyLog(Path file) throws IOException {
    Path log = beside(file, "-wal");
    return !Files.exists(log) || Files.size(log) == 0;
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private static <T> T read(Path file, String how, Function<Handle, T> work) throws SQLException {
    var config = new SQLiteConfig();
    config.setReadOnly(!how.isEmpty());
    var source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:file:" + file.toAbsolutePath().toUri().getRawPath() + how);
    try (Connection connection = source.getConnection();
        Handle handle = Jdbi.open(connection)) {
      return work.apply(handle);
    }
  }

  private static Census count(Handle handle) {
    long labelers = handle.createQuery("SELECT count(*) FROM labeler").mapTo(Long.class).one();
    var prompts = bySplit(handle, PROMPTS);
    var demonstrations = bySplit(handle, given("demonstration"));
    var rankings = bySplit(handle, given("ranking"));
    var ratings = bySplit(handle, given("rating"));
    var all = new EnumMap<Split, Census.Given>(Split.class);
    for (Split split : Split.values()) {
      String word = EnumWords.of(split);
      all.put(
          split,
          new Census.Given(
              prompts.getOrDefault(word, 0L),
              demonstrations.getOrDefault(word, 0L),
              rankings.getOrDefault(word, 0L),
              ratings.getOrDefault(word, 0L)));
    }
    return new Census(labelers, all);
  }

  private static String given(String table) {
    return PROMPTS + " JOIN " + table + " t ON t.prompt_id = p.id";
  }

  private static Map<String, Long> bySplit(Handle handle, String sql) {
    return handle
        .createQuery(sql + BY_SPLIT)
        .setMapKeyColumn("split")
        .setMapValueColumn("n")
        .collectInto(new org.jdbi.v3.core.generic.GenericType<Map<String, Long>>() {});
  }

  private static IOException explained(Path file, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        boolean machine =
            sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR
                || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_CANTOPEN;
        if (machine) {
          return new IOException(file + ": " + sqlite.getMessage(), failure);
        }
        throw new IllegalArgumentException(
            file
                + ": expected a store, found "
                + (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_CORRUPT
                    ? "a damaged one: put a backup in its place"
                    : "a file that is none, or an unfinished one"),
            failure);
      }
    }
    return new IOException(file + ": " + failure.getMessage(), failure);
  }
}
