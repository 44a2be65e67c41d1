package org.instructgpt.records;

import java.util.Set;
import org.jdbi.v3.core.Handle;

/// A module that stores rows about people and can delete them.
@FunctionalInterface
public interface Erasable {
  /// Deletes every row by or about these people and every row about these prompts inside the
  /// caller's transaction, and returns the number of deleted rows. The records themselves still
  /// exist during this call and are deleted afterwards.
  ///
  /// @param people ids, which are the same for an account, a user and a labeler
  /// @param prompts ids of all prompts that are deleted
  int erase(Handle handle, Set<String> people, Set<String> prompts);
}
