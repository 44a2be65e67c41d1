package org.instructgpt.records;

/// Which SQL is spoken; all statements but the tables' keep to what both understand.
public enum Dialect {
  SQLITE,
  POSTGRESQL;

  /// What ends the inner query of `UPDATE ... WHERE id = (SELECT ... LIMIT 1)`, so that nobody
  /// waits for a row that another program is about to take.
  public String skipLocked() {
    return this == POSTGRESQL ? " FOR UPDATE SKIP LOCKED" : "";
  }
}
