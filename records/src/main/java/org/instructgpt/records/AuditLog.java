package org.instructgpt.records;

import org.jdbi.v3.core.Handle;

/// A log of actions. An entry is written in the transaction of the action, so both are stored or
/// neither is.
@FunctionalInterface
public interface AuditLog {
  /// Appends an entry.
  ///
  /// @param account id of the account that acted; empty for the program itself
  /// @param action a short word such as `submitted`
  /// @param subject id of the object of the action
  void append(Handle handle, String account, String action, String subject);
}
