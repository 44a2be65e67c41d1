package org.instructgpt.records;

import java.util.Set;

/// The result of an erasure: ids of deleted records, and numbers of deleted rows.
///
/// @param others the number of rows of other modules
public record Erased(
    Set<String> prompts,
    Set<String> demonstrations,
    Set<String> rankings,
    Set<String> ratings,
    int labelers,
    int others) {
  public Erased {
    prompts = Set.copyOf(prompts);
    demonstrations = Set.copyOf(demonstrations);
    rankings = Set.copyOf(rankings);
    ratings = Set.copyOf(ratings);
  }
}
