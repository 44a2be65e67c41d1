package org.instructgpt.records;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.opentest4j.TestAbortedException;

/// A PostgreSQL server for the tests of all modules, started on first use and stopped with the
/// program. Unlike the library's default, its commits wait for the disk as on a real server.
///
/// If it cannot start, tests that need it are skipped; with `CI=true` in the environment, they
/// fail.
public final class TestServer {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private TestServer() {}

  /// Started once, on first use.
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

  /// The location of a new, empty database, for [Store#open(String)].
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
