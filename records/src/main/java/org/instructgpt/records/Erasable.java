package org.instructgpt.records;

import java.util.Set;
import org.jdbi.v3.core.Handle;

/// A module that keeps rows about people: it deletes what it holds of them.
@FunctionalInterface
public interface Erasable {
  /// Deletes every row that these people gave or that tells of them, and every row about these
  /// prompts, inside the caller's transaction; the number of rows that are gone. The prompts and
  /// what else the records hold are still there when this is called and go afterwards.
  ///
  /// @param people ids of accounts, users and labelers, which are the same
  /// @param prompts ids of all prompts that go with them
  int erase(Handle handle, Set<String> people, Set<String> prompts);
}
