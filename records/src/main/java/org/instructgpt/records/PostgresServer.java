package org.instructgpt.records;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// A PostgreSQL server.
final class PostgresServer implements Database {
  static final String SCHEME = "postgresql://";

  PostgresServer(String place) throws IOException {
    throw new IOException("no PostgreSQL yet: " + place.length());
  }

  @Override
  public Store.Dialect dialect() {
    return Store.Dialect.POSTGRESQL;
  }

  @Override
  public String name() {
    return "";
  }

  @Override
  public void migrate(Schema.Scripts scripts) {}

  @Override
  public Writer.Connection writing() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T read(Function<Handle, T> work) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void backup(Path file) {}

  @Override
  public void scrub() {}

  @Override
  public void touch(Handle handle) {}

  @Override
  public RuntimeException explained(RuntimeException failure) {
    return failure;
  }

  @Override
  public void close() {}
}
