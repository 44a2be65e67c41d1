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

/// The database behind a [Store]: what differs between a file and a server.
interface Database extends AutoCloseable {

  /// Sets a savepoint in a transaction, see [WriterThread.Connection].
  String MARK = "SAVEPOINT one_write";

  String FORGET = "RELEASE SAVEPOINT one_write";

  String UNDO = "ROLLBACK TO SAVEPOINT one_write";

  Dialect dialect();

  /// Its location as shown in messages, without the password.
  String name();

  /// Creates or updates the tables of a module.
  void migrate(MigrationScripts scripts) throws IOException;

  /// The connection of the [WriterThread].
  WriterThread.Connection writing();

  /// Runs read-only work that sees one consistent state.
  <T> T read(Function<Handle, T> work);

  /// Copies the whole database while others write; the file must be new.
  void backup(Path file) throws IOException;

  /// Removes the remains of deleted rows from the files, as far as this program can.
  void scrub();

  /// A write that reaches the disk and changes no data.
  void touch(Handle handle);

  /// Translates a failure of the database into a message for the user: an
  /// [IllegalArgumentException] if the file or location is at fault, a
  /// [java.io.UncheckedIOException] if the machine is. Other exceptions are returned unchanged.
  RuntimeException explained(RuntimeException failure);

  @Override
  void close();

  /// Keeps statements out of exception messages, because their values are what people wrote.
  static Jdbi withoutStatementsInMessages(Jdbi jdbi) {
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  /// Runs work and translates its failures by [#explained].
  default <T> T explaining(Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException | FlywayException failure) {
      throw explained(failure);
    }
  }
}
