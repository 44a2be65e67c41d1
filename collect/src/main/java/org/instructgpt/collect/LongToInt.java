package org.instructgpt.collect;

import java.util.Arrays;

/// A hash table from well mixed `long` keys to non-negative `int` values, in two flat arrays: 24
/// bytes an entry at worst, where a `HashMap` takes about 80. Open addressing, linear probing, at
/// most half full.
final class LongToInt {
  private static final int ABSENT = -1;

  private long[] keys = new long[1 << 10];
  private int[] values = emptied(keys.length);
  private int size;

  /// @return the value, or -1
  int get(long key) {
    return values[slot(key)];
  }

  void putIfAbsent(long key, int value) {
    int slot = slot(key);
    if (values[slot] != ABSENT) {
      return;
    }
    keys[slot] = key;
    values[slot] = value;
    size++;
    if (size * 2L > keys.length) {
      grow();
    }
  }

  /// Where the key is, or the free slot where it belongs.
  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) key & mask;
    while (values[slot] != ABSENT && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[Math.multiplyExact(oldKeys.length, 2)];
    values = emptied(keys.length);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != ABSENT) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private static int[] emptied(int length) {
    int[] values = new int[length];
    Arrays.fill(values, ABSENT);
    return values;
  }
}
