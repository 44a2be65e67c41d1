package org.instructgpt.project;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.files.Count;
import org.instructgpt.model.EpochOrder;

/// A part of the records to learn from, drawn by a seed: what fewer give tells what more would.
///
/// @param most of them to learn from; all if there are no more
/// @param flag that says so
/// @param noun of one record
record Drawn(int most, String flag, String noun) {
  Drawn {
    if (most < 1) {
      throw new IllegalArgumentException(flag + ": expected at least 1, found " + most);
    }
  }

  /// Draws, and says so where some are left. The drawn are the first of those of any larger draw.
  <T> List<T> from(List<T> all, long seed, PrintWriter out) {
    if (all.size() <= most) {
      return all;
    }
    out.println(
        "learning from %,d of %s, drawn by the seed (%s)"
            .formatted(most, Count.of(all.size(), "training " + noun), flag));
    return Arrays.stream(EpochOrder.permutation(all.size(), seed, 0))
        .limit(most)
        .mapToObj(all::get)
        .toList();
  }
}
