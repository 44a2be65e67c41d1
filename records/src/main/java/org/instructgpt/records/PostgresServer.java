package org.instructgpt.records;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLException;

/// A database of a PostgreSQL server, version 14 or newer.
///
/// Writers of several programs take turns by an advisory lock, each for one group of writes, so
/// that a write sees all earlier ones, as with a file. With a distant server that is slower than
/// optimistic transactions that are repeated after a conflict; but the lock is held for a group of
/// up to 256 writes and one sync, and a write never runs concurrently with another.
final class PostgresServer implements Database {
  static final String SCHEME = "postgresql://";

  /// The key of the advisory lock: "instruct" in ASCII.
  private static final long WRITING = 0x696E_7374_7275_6374L;

  private static final int READERS = 8;
  private static final int PATIENCE_SECONDS = 10;

  /// The fetch size, so that reading a whole table needs little memory.
  private static final int ROWS = 1000;

  private final String name;
  private final DataSource source;
  private final HikariDataSource pool;
  private final Jdbi readers;
  private final Jdbi writers;

  PostgresServer(String place) throws IOException {
    Address address = Address.of(place);
    this.name = address.name();
    this.source = address.source();
    try {
      explaining(() -> {
        Jdbi.create(source).useHandle(PostgresServer::requireDurable);
        return true;
      });
    } catch (UncheckedIOException failure) {
      throw new IOException(failure.getMessage(), failure);
    }
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setPoolName("records-readers");
    config.setMaximumPoolSize(READERS);
    config.setMinimumIdle(0);
    config.setReadOnly(true);
    config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    config.setConnectionTimeout(PATIENCE_SECONDS * 1000L);
    config.setInitializationFailTimeout(-1);
    this.pool = new HikariDataSource(config);
    this.readers = configured(Jdbi.create(pool));
    this.writers = configured(Jdbi.create(source));
  }

  private static Jdbi configured(Jdbi jdbi) {
    return Database.withoutStatementsInMessages(jdbi.registerArgument(new Texts()));
  }

  /// PostgreSQL cannot store U+0000; it is replaced by U+FFFD, as in HTML and CommonMark.
  private static final class Texts extends AbstractArgumentFactory<String> {
    Texts() {
      super(Types.VARCHAR);
    }

    @Override
    protected Argument build(String text, ConfigRegistry config) {
      return (position, statement, _) ->
          statement.setString(position, text.replace('\0', '\uFFFD'));
    }
  }

  /// The address of the server and the user.
  ///
  /// @param name without the password
  private record Address(String name, DataSource source) {
    static Address of(String place) {
      URI uri;
      try {
        uri = new URI(place);
      } catch (URISyntaxException bad) {
        // The location itself may contain a password.
        throw new IllegalArgumentException(expected("something else: " + bad.getReason()));
      }
      String database = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
      if (uri.getHost() == null || database.isEmpty() || database.contains("/")) {
        throw new IllegalArgumentException(
            expected(uri.getHost() == null ? "no host" : "no name of a database"));
      }
      int port = uri.getPort() < 0 ? 5432 : uri.getPort();
      String name = SCHEME + uri.getHost() + ":" + port + "/" + database;
      PGSimpleDataSource source = new PGSimpleDataSource();
      String options = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      source.setUrl("jdbc:" + SCHEME + uri.getHost() + ":" + port + uri.getRawPath() + options);
      source.setApplicationName("instructgpt");
      source.setConnectTimeout(PATIENCE_SECONDS);
      source.setDefaultRowFetchSize(ROWS);
      if (uri.getRawUserInfo() != null) {
        String[] who = uri.getRawUserInfo().split(":", 2);
        source.setUser(decoded(who[0]));
        if (who.length == 2) {
          source.setPassword(decoded(who[1]));
        }
      }
      return new Address(name, source);
    }

    private static String expected(String found) {
      return "store: expected postgresql://user:password@host:port/database (with %3A and the like"
          + " for signs such as : @ / in a password), found "
          + found;
    }

    private static String decoded(String text) {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
  }

  /// A server that acknowledges commits before they are on disk would lose acknowledged work.
  private static void requireDurable(Handle handle) {
    String sync = handle.createQuery("SHOW fsync").mapTo(String.class).one();
    if (!sync.equals("on")) {
      throw new IllegalArgumentException(
          "store: expected a server with fsync = on, found " + sync + "; work would be lost");
    }
    int version =
        handle
            .createQuery("SELECT current_setting('server_version_num')::int")
            .mapTo(Integer.class)
            .one();
    if (version < 140_000) {
      throw new IllegalArgumentException(
          "store: expected PostgreSQL 14 or newer, found version number " + version);
    }
  }

  @Override
  public Dialect dialect() {
    return Dialect.POSTGRESQL;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void migrate(MigrationScripts scripts) {
    Schema.migrate(this, source, scripts);
  }

  @Override
  public WriterThread.Connection writing() {
    return new WriterThread.Connection(
        this::connect,
        PostgresServer::isAlive,
        PostgresServer::begin,
        handle -> handle.execute(FORGET + "; " + MARK),
        handle -> handle.execute(UNDO),
        PostgresServer::isConflict);
  }

  /// The writing connection only queries by key. The server caches the plans of frequent
  /// statements; a plan made while a table was empty would scan the whole table until the server
  /// next updates its statistics, so sequential scans are disabled.
  private Handle connect() {
    Handle handle = writers.open();
    handle.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
            + " WHERE current_setting('synchronous_commit') IN ('off', 'local')");
    handle.execute("SET enable_seqscan = off");
    return handle;
  }

  private static boolean isAlive(Handle handle) {
    try {
      return handle.getConnection().isValid(PATIENCE_SECONDS);
    } catch (SQLException negativePatience) {
      throw new AssertionError(negativePatience);
    }
  }

  /// The driver sends both with the start of the transaction, in one round trip.
  private static void begin(Handle handle) {
    handle.begin();
    handle.execute("SELECT pg_advisory_xact_lock(?); " + MARK, WRITING);
  }

  /// Conflicts with a program that does not take the lock, such as an administrator's tool: class
  /// 40 of SQLSTATE, "transaction rollback".
  private static boolean isConflict(Throwable fault) {
    PSQLException cause = postgres(fault);
    return cause != null && String.valueOf(cause.getSQLState()).startsWith("40");
  }

  @Override
  public <T> T read(Function<Handle, T> work) {
    return readers.inTransaction(work::apply);
  }

  @Override
  public void backup(Path file) {
    throw new IllegalArgumentException(
        "backup: expected a store in a file, found "
            + name
            + "; copy a server's database with: pg_dump --format=custom --file="
            + file
            + " "
            + name);
  }

  /// Rewrites the tables without gaps. A client cannot reach the server's write-ahead log, archives
  /// or replicas.
  @Override
  public void scrub() {
    try (Connection connection = source.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("VACUUM (FULL)");
    } catch (SQLException failure) {
      throw machineFailure(failure.getMessage(), failure);
    }
  }

  /// A transaction with an id writes a record to the disk when it commits.
  @Override
  public void touch(Handle handle) {
    handle.createQuery("SELECT pg_current_xact_id()::text").mapTo(String.class).one();
  }

  @Override
  public RuntimeException explained(RuntimeException failure) {
    PSQLException cause = postgres(failure);
    if (cause == null) {
      return failure;
    }
    String state = String.valueOf(cause.getSQLState());
    // The details that follow the message may contain what people wrote.
    var details = cause.getServerErrorMessage();
    String message = details == null ? cause.getMessage() : String.valueOf(details.getMessage());
    if (state.startsWith("28") || state.equals("3D000")) {
      return new IllegalArgumentException(
          name + ": expected a user and a database that the server knows, found: " + message,
          failure);
    }
    return machineFailure(message, failure);
  }

  private UncheckedIOException machineFailure(@Nullable String message, Exception failure) {
    String reason = name + ": " + message;
    return new UncheckedIOException(reason, new IOException(reason, failure));
  }

  private static @Nullable PSQLException postgres(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PSQLException exception) {
        return exception;
      }
    }
    return null;
  }

  @Override
  public void close() {
    pool.close();
  }
}
