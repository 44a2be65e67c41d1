package org.instructgpt.records;

import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;

/// Migrates a database to the current version by the numbered scripts of a module.
final class Schema {
  private Schema() {}

  static void migrate(Database database, DataSource source, MigrationScripts scripts) {
    database.explaining(() -> {
      migrate(database, flyway(database, source, scripts));
      return true;
    });
  }

  private static void migrate(Database database, Flyway flyway) {
    MigrationVersion known = newest(flyway.info().all());
    MigrationInfo current = flyway.info().current();
    if (current != null && current.getVersion().compareTo(known) > 0) {
      throw new IllegalArgumentException(
          String.format(
              "%s: expected a store of version %s or older, found version %s; it was written by a"
                  + " newer program: use that one, or a copy of the store from before",
              database.name(), known, current.getVersion()));
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

  private static Flyway flyway(Database database, DataSource source, MigrationScripts scripts) {
    boolean own = scripts.equals(MigrationScripts.own(database.dialect()));
    return Flyway.configure(scripts.loader())
        .dataSource(source)
        .table(scripts.history())
        .locations("classpath:" + scripts.folder())
        .failOnMissingLocations(true)
        // The tables of a module start at version 0 in a database that already has those of the
        // records.
        .baselineOnMigrate(!own)
        .baselineVersion("0")
        .placeholders(placeholders(database.dialect()))
        .loggers("slf4j")
        .load();
  }

  private static Map<String, String> placeholders(Dialect dialect) {
    return switch (dialect) {
      case SQLITE ->
          Map.of(
              "sequence", "INTEGER PRIMARY KEY AUTOINCREMENT",
              "long", "INTEGER",
              "strict", "STRICT");
      case POSTGRESQL ->
          Map.of(
              "sequence", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
              "long", "BIGINT",
              "strict", "");
    };
  }
}
