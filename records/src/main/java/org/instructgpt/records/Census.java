package org.instructgpt.records;

import java.util.Map;

/// The numbers of records in a store, by split.
///
/// @param labelers the number of all labelers
/// @param bySplit the numbers of prompts and of the feedback on them
public record Census(long labelers, Map<Split, Given> bySplit) {
  public Census {
    bySplit = Map.copyOf(bySplit);
  }

  /// The numbers of prompts of one split and of the feedback on them.
  public record Given(long prompts, long demonstrations, long rankings, long ratings) {}
}
