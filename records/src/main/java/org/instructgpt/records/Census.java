package org.instructgpt.records;

import java.util.Map;

/// How much a store holds.
///
/// @param labelers in all
/// @param bySplit prompts, and what was given on them
public record Census(long labelers, Map<Split, Given> bySplit) {
  public Census {
    bySplit = Map.copyOf(bySplit);
  }

  /// How much there is of the prompts of one part of the data.
  public record Given(long prompts, long demonstrations, long rankings, long ratings) {}
}
