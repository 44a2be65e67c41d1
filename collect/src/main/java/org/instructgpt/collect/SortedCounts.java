package org.instructgpt.collect;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;

/// Sets and counts whose order never depends on hashes, so that reports are equal byte for byte.
final class SortedCounts {
  private SortedCounts() {}

  /// An unmodifiable copy in the order of the constants.
  static <E extends Enum<E>> Set<E> copy(Class<E> type, Collection<E> constants) {
    EnumSet<E> copy = EnumSet.noneOf(type);
    copy.addAll(constants);
    return Collections.unmodifiableSet(copy);
  }

  /// Counts by key, sorted.
  static final class Counts<K extends Comparable<K>> {
    private final TreeMap<K, Integer> counts = new TreeMap<>();

    void add(K what) {
      counts.merge(what, 1, Integer::sum);
    }

    SequencedMap<K, Integer> get() {
      return Collections.unmodifiableSequencedMap(counts);
    }
  }
}
