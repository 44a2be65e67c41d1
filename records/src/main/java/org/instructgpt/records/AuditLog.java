package org.instructgpt.records;

import org.jdbi.v3.core.Handle;

/// Where it is noted who did what, in the transaction of the deed: both are kept or neither is.
@FunctionalInterface
public interface AuditLog {
  /// Notes one act.
  ///
  /// @param account id of who did it; empty for the program itself
  /// @param action what was done, a short word such as `submitted`
  /// @param subject id of what it was done to
  void append(Handle handle, String account, String action, String subject);
}
