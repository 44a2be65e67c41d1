package org.instructgpt.records;

import java.util.Set;

/// What an erasure took away: ids of records, and numbers of rows.
///
/// @param others rows of other modules
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
