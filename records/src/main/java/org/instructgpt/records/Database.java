package org.instructgpt.records;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementExceptions;

/// Where a [Store] keeps its rows: what a file and a server do differently.
interface Database extends AutoCloseable {

  /// Marks a place in a transaction, see [WriterThread.Connection].
  String MARK = "SAVEPOINT one_write";

  String FORGET = "RELEASE SAVEPOINT one_write";

  String UNDO = "ROLLBACK TO SAVEPOINT one_write";

  Dialect dialect();

  /// Its place as messages name it, without the password.
  String name();

  /// Makes or updates the tables of a module.
  void migrate(MigrationScripts scripts) throws IOException;

  /// Connects for the [WriterThread].
  WriterThread.Connection writing();

  /// Work on a connection that sees one state and changes nothing.
  <T> T read(Function<Handle, T> work);

  /// A copy of everything, made while others write; the file must be new.
  void backup(Path file) throws IOException;

  /// Leaves no byte of deleted rows behind, as far as this program can reach.
  void scrub();

  /// A write that changes nothing that anybody reads, but goes to the disk.
  void touch(Handle handle);

  /// A failure of the database in words of the user: the place is at fault
  /// ([IllegalArgumentException]), or the machine ([java.io.UncheckedIOException]). Other faults
  /// stay as they are.
  RuntimeException explained(RuntimeException failure);

  @Override
  void close();

  /// Failures do not repeat the statement, whose values are what people wrote.
  static Jdbi discreet(Jdbi jdbi) {
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  /// Runs work that fails in the words of [#explained].
  default <T> T explaining(Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException | FlywayException failure) {
      throw explained(failure);
    }
  }
}
