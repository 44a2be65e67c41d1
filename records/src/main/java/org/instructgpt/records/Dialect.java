package org.instructgpt.records;

/// The SQL dialects. Apart from the scripts that create tables, all statements are valid in both.
public enum Dialect {
  SQLITE,
  POSTGRESQL;

  /// The end of the inner query of `UPDATE ... WHERE id = (SELECT ... LIMIT 1)`, which skips rows
  /// that another program has locked.
  public String skipLocked() {
    return this == POSTGRESQL ? " FOR UPDATE SKIP LOCKED" : "";
  }
}
