package org.instructgpt.records;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.opentest4j.TestAbortedException;

/// A PostgreSQL server for the tests of all modules, started when the first of them asks and ended
/// with the program. It waits for the disk as a real one does, which the library turns off.
///
/// Where it cannot start, a test that needs it is skipped and says so; where the environment has
/// `CI=true`, it fails.
public final class TestServer {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private TestServer() {}

  /// Started once, by whoever comes first.
  private static final class Running {
    static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setPGStartupWait(Duration.ofSeconds(60))
            .start();
      } catch (IOException | RuntimeException failure) {
        throw new IllegalStateException("the embedded PostgreSQL did not start", failure);
      }
    }
  }

  /// The place of a new, empty database, as [Store#open(String)] takes it.
  public static String database() {
    try {
      String name = "test_" + DATABASES.incrementAndGet();
      try (var connection = Running.SERVER.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE " + name);
      }
      return "postgresql://postgres:postgres@localhost:" + Running.SERVER.getPort() + "/" + name;
    } catch (SQLException | LinkageError failure) {
      if ("true".equals(System.getenv("CI"))) {
        throw new IllegalStateException("expected an embedded PostgreSQL, found none", failure);
      }
      throw new TestAbortedException("no embedded PostgreSQL on this machine: " + failure, failure);
    }
  }
}
