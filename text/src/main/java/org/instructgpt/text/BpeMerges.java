package org.instructgpt.text;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongHeapPriorityQueue;
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

  private final int[] lefts;
  private final int[] rights;
  private final int[] tokens;
  private int size;

  /// The rank of each pair, by `left << 32 | right`.
  private final Long2IntOpenHashMap ranks;

  BpeMerges(int capacity) {
    lefts = new int[capacity];
    rights = new int[capacity];
    tokens = new int[capacity];
    ranks = new Long2IntOpenHashMap(capacity, Long2IntOpenHashMap.FAST_LOAD_FACTOR);
    ranks.defaultReturnValue(NONE);
  }

  /// Appends the merge of two tokens; returns false, and appends nothing, if they have one already.
  boolean add(int left, int right, int token) {
    if (ranks.putIfAbsent(pair(left, right), size) != NONE) {
      return false;
    }
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
    return ranks.get(pair(left, right));
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
    private final LongHeapPriorityQueue queue;

    Word(int[] word) {
      symbols = word.clone();
      next = new int[word.length];
      previous = new int[word.length];
      queue = new LongHeapPriorityQueue(word.length);
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
        long first = queue.dequeueLong();
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
        queue.enqueue(((long) rank << 32) | at);
      }
    }

    private int rankAt(int at) {
      boolean hasRight = symbols[at] != NONE && next[at] < symbols.length;
      return hasRight ? rank(symbols[at], symbols[next[at]]) : NONE;
    }
  }
}
