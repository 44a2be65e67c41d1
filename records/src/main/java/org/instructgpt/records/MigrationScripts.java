package org.instructgpt.records;

import java.util.regex.Pattern;

/// The migration scripts of one module.
///
/// @param history the table in which Flyway records the scripts that were run
/// @param folder on the class path
/// @param loader the class loader that finds them
record MigrationScripts(String history, String folder, ClassLoader loader) {
  private static final Pattern MODULE = Pattern.compile("[a-z]{2,20}");

  /// The scripts of the records themselves, which are separate for each database.
  static MigrationScripts own(Dialect dialect) {
    String folder = dialect == Dialect.SQLITE ? "migrations" : "postgresql";
    return new MigrationScripts(
        "flyway_schema_history",
        "org/instructgpt/records/" + folder,
        MigrationScripts.class.getClassLoader());
  }

  static MigrationScripts of(String module, Class<?> owner) {
    if (!MODULE.matcher(module).matches()) {
      throw new IllegalArgumentException(
          "expected the name of a module in lower-case letters, found "
              + RecordChecks.quoted(module));
    }
    String folder = owner.getPackageName().replace('.', '/') + "/migrations";
    return new MigrationScripts(module + "_history", folder, owner.getClassLoader());
  }
}
