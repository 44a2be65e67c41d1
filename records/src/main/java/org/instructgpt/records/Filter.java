package org.instructgpt.records;

import java.util.Optional;

/// Selects feedback; absent conditions always hold.
/// `Filter.ALL.in(Split.TRAIN).by(Labeler.Pool.HELD_OUT)`
///
/// @param split of the prompt
/// @param source of the prompt
/// @param pool of the labeler
/// @param labeler id of the labeler
public record Filter(
    Optional<Split> split,
    Optional<Prompt.Source> source,
    Optional<Labeler.Pool> pool,
    Optional<String> labeler) {
  public static final Filter ALL =
      new Filter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public Filter in(Split wanted) {
    return new Filter(Optional.of(wanted), source, pool, labeler);
  }

  public Filter from(Prompt.Source wanted) {
    return new Filter(split, Optional.of(wanted), pool, labeler);
  }

  public Filter by(Labeler.Pool wanted) {
    return new Filter(split, source, Optional.of(wanted), labeler);
  }

  public Filter by(String wanted) {
    return new Filter(split, source, pool, Optional.of(wanted));
  }
}
