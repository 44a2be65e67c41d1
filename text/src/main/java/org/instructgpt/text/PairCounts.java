package org.instructgpt.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Counts how often each pair of neighbouring tokens occurs, and keeps the counts up to date while
/// pairs are merged.
///
/// The most frequent pair is at the head of a priority queue. A count that has changed does not
/// move its entry: the entry keeps the count it was made with, and one that proves too high when it
/// is taken is put back with the true count. A merge lowers the counts of the pairs it breaks and
/// raises only those that hold the merged token, which are queued anew.
final class PairCounts {

  private final Map<Long, TokenPair> pairs = new HashMap<>();
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> wordCounts = new ArrayList<>();
  private final PriorityQueue<Entry> queue;
  private boolean isQueued;

  private record Entry(long count, TokenPair pair) {}

  /// @param tokens the bytes of each token, growing while pairs are merged
  PairCounts(List<byte[]> tokens) {
    Comparator<Entry> byCount = Comparator.comparingLong(Entry::count);
    queue =
        new PriorityQueue<>(
            byCount
                .thenComparing((a, b) -> TokenPair.compareBytes(a.pair, b.pair, tokens))
                .reversed());
  }

  /// Adds a distinct word and how often it occurs; all words are added before the first merge.
  void addWord(int[] symbols, long count) {
    int word = words.size();
    words.add(symbols);
    wordCounts.add(count);
    for (int i = 0; i + 1 < symbols.length; i++) {
      TokenPair pair = pair(symbols[i], symbols[i + 1]);
      pair.add(count);
      pair.seenIn(word);
    }
  }

  /// The pair to merge next, or null if no word has two tokens any more.
  @Nullable TokenPair mostFrequent() {
    if (!isQueued) {
      pairs.values().forEach(this::enqueue);
      isQueued = true;
    }
    for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
      if (entry.count == entry.pair.count()) {
        return entry.pair;
      }
      if (entry.count > entry.pair.count()) {
        enqueue(entry.pair);
      }
    }
    return null;
  }

  /// Replaces the pair by `token` in every word.
  void merge(TokenPair pair, int token) {
    Set<TokenPair> raised = new LinkedHashSet<>();
    for (int word : pair.takeWords()) {
      int[] before = words.get(word);
      int[] after = merged(before, pair, token);
      if (after.length < before.length) {
        words.set(word, after);
        forget(before, wordCounts.get(word));
        count(after, word, token, raised);
      }
    }
    raised.forEach(this::enqueue);
  }

  private void forget(int[] symbols, long count) {
    for (int i = 0; i + 1 < symbols.length; i++) {
      pair(symbols[i], symbols[i + 1]).add(-count);
    }
  }

  private void count(int[] symbols, int word, int token, Set<TokenPair> raised) {
    long count = wordCounts.get(word);
    for (int i = 0; i + 1 < symbols.length; i++) {
      TokenPair pair = pair(symbols[i], symbols[i + 1]);
      pair.add(count);
      if (symbols[i] == token || symbols[i + 1] == token) {
        pair.seenIn(word);
        raised.add(pair);
      }
    }
  }

  private static int[] merged(int[] symbols, TokenPair pair, int token) {
    int[] merged = new int[symbols.length];
    int length = 0;
    for (int i = 0; i < symbols.length; i++) {
      boolean isPair =
          symbols[i] == pair.left && i + 1 < symbols.length && symbols[i + 1] == pair.right;
      merged[length++] = isPair ? token : symbols[i];
      i += isPair ? 1 : 0;
    }
    return Arrays.copyOf(merged, length);
  }

  private void enqueue(TokenPair pair) {
    if (pair.count() > 0) {
      queue.add(new Entry(pair.count(), pair));
    }
  }

  private TokenPair pair(int left, int right) {
    return pairs.computeIfAbsent(((long) left << 32) | right, _ -> new TokenPair(left, right));
  }
}
