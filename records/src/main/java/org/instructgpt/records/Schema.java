package org.instructgpt.records;

import java.util.Map;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;

/// Brings a database to the version that this program knows, by the numbered scripts of a module.
final class Schema {
  private static final Pattern MODULE = Pattern.compile("[a-z]{2,20}");

  private Schema() {}

  /// The scripts of one module.
  ///
  /// @param history the table in which Flyway keeps what was run
  /// @param folder on the class path
  /// @param loader which finds it
  record Scripts(String history, String folder, ClassLoader loader) {
    /// Those of the records themselves, which were there before SQLite had company: each database
    /// has its own.
    static Scripts own(Store.Dialect dialect) {
      String folder = dialect == Store.Dialect.SQLITE ? "migrations" : "postgresql";
      return new Scripts(
          "flyway_schema_history",
          "org/instructgpt/records/" + folder,
          Schema.class.getClassLoader());
    }

    static Scripts of(String module, Class<?> owner) {
      if (!MODULE.matcher(module).matches()) {
        throw new IllegalArgumentException(
            "expected the name of a module in lower-case letters, found "
                + RecordChecks.quoted(module));
      }
      String folder = owner.getPackageName().replace('.', '/') + "/migrations";
      return new Scripts(module + "_history", folder, owner.getClassLoader());
    }
  }

  static void migrate(Database database, DataSource source, Scripts scripts) {
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

  private static Flyway flyway(Database database, DataSource source, Scripts scripts) {
    boolean own = scripts.equals(Scripts.own(database.dialect()));
    return Flyway.configure(scripts.loader())
        .dataSource(source)
        .table(scripts.history())
        .locations("classpath:" + scripts.folder())
        .failOnMissingLocations(true)
        // Beside the tables of the records, those of a module begin at nothing.
        .baselineOnMigrate(!own)
        .baselineVersion("0")
        .placeholders(placeholders(database.dialect()))
        .loggers("slf4j")
        .load();
  }

  private static Map<String, String> placeholders(Store.Dialect dialect) {
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
