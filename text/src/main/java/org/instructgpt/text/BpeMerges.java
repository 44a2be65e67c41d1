package org.instructgpt.text;

import java.util.Arrays;

/// The merges of a byte-pair encoding: which two tokens become which, in the order of their rank.
///
/// Encoding a word means: of all neighbours that have a merge take the one with the least rank, the
/// leftmost if there are several, and merge it; until none has. Looking at all neighbours after
/// each merge costs the square of the length, which for one pasted line of a million letters is
/// 10^12 steps. Here the neighbours are in a heap ordered by (rank, place), the symbols are a
/// linked list, and an entry whose symbols have since changed is dropped when it is taken: `n log
/// n`.
///
/// Source: Sennrich et al. 2016 (BPE), Radford et al. 2019 (on bytes).
final class BpeMerges {

  private static final int NONE = -1;
  private static final long EMPTY = -1;

  private final int[] lefts;
  private final int[] rights;
  private final int[] tokens;
  private int size;

  /// An open-addressing hash table from `left << 32 | right` to the rank.
  private final long[] pairs;

  private final int[] ranks;

  BpeMerges(int capacity) {
    lefts = new int[capacity];
    rights = new int[capacity];
    tokens = new int[capacity];
    pairs = new long[Integer.highestOneBit(Math.max(4, capacity)) * 4];
    ranks = new int[pairs.length];
    Arrays.fill(pairs, EMPTY);
  }

  /// Appends the merge of two tokens; returns false, and appends nothing, if they have one already.
  boolean add(int left, int right, int token) {
    int slot = slot(left, right);
    if (pairs[slot] != EMPTY) {
      return false;
    }
    pairs[slot] = pair(left, right);
    ranks[slot] = size;
    lefts[size] = left;
    rights[size] = right;
    tokens[size++] = token;
    return true;
  }

  int size() {
    return size;
  }

  int left(int rank) {
    return lefts[rank];
  }

  int right(int rank) {
    return rights[rank];
  }

  /// Applies the merges to the symbols of one word until no merge is left.
  int[] apply(int[] word) {
    return word.length < 2 ? word : new Word(word).merged();
  }

  private int rank(int left, int right) {
    int slot = slot(left, right);
    return pairs[slot] == EMPTY ? NONE : ranks[slot];
  }

  private int slot(int left, int right) {
    long pair = pair(left, right);
    int mask = pairs.length - 1;
    int slot = (int) ((pair * 0x9E3779B97F4A7C15L) >>> 40) & mask;
    while (pairs[slot] != EMPTY && pairs[slot] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  /// One word while it is being merged: a linked list of symbols in arrays. A symbol that was
  /// merged into its left neighbour is `NONE`.
  private final class Word {

    private final int[] symbols;
    private final int[] next;
    private final int[] previous;
    private final LongHeap queue;

    Word(int[] word) {
      symbols = word.clone();
      next = new int[word.length];
      previous = new int[word.length];
      queue = new LongHeap(word.length);
      for (int i = 0; i < word.length; i++) {
        next[i] = i + 1;
        previous[i] = i - 1;
      }
      for (int i = 0; i + 1 < word.length; i++) {
        enqueue(i);
      }
    }

    int[] merged() {
      while (!queue.isEmpty()) {
        long first = queue.poll();
        int at = (int) first;
        if (rankAt(at) == (int) (first >>> 32)) {
          merge(at);
        }
      }
      return Arrays.stream(symbols).filter(symbol -> symbol != NONE).toArray();
    }

    private void merge(int at) {
      int right = next[at];
      symbols[at] = tokens[rankAt(at)];
      symbols[right] = NONE;
      next[at] = next[right];
      if (next[at] < symbols.length) {
        previous[next[at]] = at;
      }
      enqueue(at);
      if (previous[at] >= 0) {
        enqueue(previous[at]);
      }
    }

    private void enqueue(int at) {
      int rank = rankAt(at);
      if (rank != NONE) {
        queue.add(((long) rank << 32) | at);
      }
    }

    private int rankAt(int at) {
      boolean hasRight = symbols[at] != NONE && next[at] < symbols.length;
      return hasRight ? rank(symbols[at], symbols[next[at]]) : NONE;
    }
  }
}
