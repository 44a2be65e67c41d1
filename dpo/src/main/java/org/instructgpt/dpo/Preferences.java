package org.instructgpt.dpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.records.Ranking;
import org.instructgpt.text.EncodedExample;

/// The completions of a prompt, and which of them people preferred to which: one element of a
/// batch.
///
/// All pairs of a prompt stay together, as in training a reward model: each completion goes through
/// the policy once, however many pairs it is in (InstructGPT section 3.5).
///
/// @param prompt its ids, with the separator
/// @param completions the ids of the distinct completions, the end of text of those that ended
///   among them
/// @param pairs the better and the worse completion of each comparison, by index. Ties are not
///   among them; a pair is there as often as somebody told it, in whichever direction
public record Preferences(int[] prompt, List<int[]> completions, List<Ranking.Pair> pairs) {
  /// Checks that something was preferred.
  ///
  /// @throws IllegalArgumentException if something is empty, or a pair is not of two completions
  public Preferences {
    completions = List.copyOf(completions);
    pairs = List.copyOf(pairs);
    int k = completions.size();
    if (prompt.length == 0 || completions.stream().anyMatch(ids -> ids.length == 0)) {
      throw new IllegalArgumentException(
          "expected at least one token in the prompt and in each completion, found none in one of them");
    }
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a pair of completions of which one was preferred, found none among %d: leave out prompts on whose completions nobody had a preference"
              .formatted(k));
    }
    for (var pair : pairs) {
      boolean there = Math.min(pair.better(), pair.worse()) >= 0;
      if (!there || Math.max(pair.better(), pair.worse()) >= k || pair.better() == pair.worse()) {
        throw new IllegalArgumentException(
            "expected pairs of two of the %d completions, counted from 0, found %s"
                .formatted(k, pair));
      }
    }
  }

  /// The number of distinct completions.
  int k() {
    return completions.size();
  }

  /// The number of tokens of the prompt with its longest completion: the context it needs.
  int longest() {
    return prompt.length + completions.stream().mapToInt(ids -> ids.length).max().orElse(0);
  }

  /// The number of tokens of the prompt, counted once, and of all completions.
  int tokens() {
    return prompt.length + completions.stream().mapToInt(ids -> ids.length).sum();
  }

  /// The prompt with each of the completions: what the policy reads.
  List<EncodedExample> rows() {
    return completions.stream().map(ids -> new EncodedExample(prompt, ids)).toList();
  }

  /// Splits some prompts into the parts that go through the policy at once: whole prompts, those of
  /// similar length together, the longest first.
  ///
  /// @param chosen indices in `all`
  /// @param tokens the greatest number of tokens of a part; a prompt that needs more is a part by
  ///   itself
  static List<int[]> parts(List<Preferences> all, int[] chosen, int tokens) {
    var longestFirst =
        Arrays.stream(chosen)
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> all.get(i).longest()).reversed())
            .mapToInt(i -> i)
            .toArray();
    var parts = new ArrayList<int[]>();
    int from = 0;
    long used = 0;
    for (int i = 0; i < longestFirst.length; i++) {
      int needed = all.get(longestFirst[i]).tokens();
      if (i > from && used + needed > tokens) {
        parts.add(Arrays.copyOfRange(longestFirst, from, i));
        from = i;
        used = 0;
      }
      used += needed;
    }
    if (from < longestFirst.length) {
      parts.add(Arrays.copyOfRange(longestFirst, from, longestFirst.length));
    }
    return parts;
  }

  /// The numbers from 0 to before `count`.
  static int[] every(int count) {
    return IntStream.range(0, count).toArray();
  }
}
