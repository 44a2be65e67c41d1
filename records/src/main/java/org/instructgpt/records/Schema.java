package org.instructgpt.records;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;

/// Brings a database to the version that this program knows, by the numbered scripts in
/// `migrations/`.
///
/// Flyway does not lock SQLite, so two programs that open a new file together would both create its
/// tables: a lock on a file beside it lets one of them wait.
final class Schema {
  private Schema() {}

  static void migrate(Path file, DataSource database) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      migrate(file, flyway(database));
    }
  }

  private static void migrate(Path file, Flyway flyway) {
    MigrationVersion known = newest(flyway.info().all());
    MigrationInfo current = flyway.info().current();
    if (current != null && current.getVersion().compareTo(known) > 0) {
      throw new IllegalArgumentException(
          String.format(
              "%s: expected a store of version %s or older, found version %s; it was written by a"
                  + " newer program: use that one, or a copy of the store from before",
              file, known, current.getVersion()));
    }
    flyway.migrate();
  }

  private static MigrationVersion newest(MigrationInfo[] all) {
    MigrationVersion newest = MigrationVersion.EMPTY;
    for (MigrationInfo migration : all) {
      boolean ours = migration.getState().isResolved();
      if (ours && migration.getVersion().compareTo(newest) > 0) {
        newest = migration.getVersion();
      }
    }
    return newest;
  }

  private static Flyway flyway(DataSource database) {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(database)
        .locations("classpath:org/instructgpt/records/migrations")
        .loggers("slf4j")
        .load();
  }
}
