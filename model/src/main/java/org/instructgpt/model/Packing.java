package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// How the tokens of a batch lie one after another, without padding, and who sees whom.
///
/// A *segment* is a run of tokens that see those before them in the run. It may continue a
/// *prefix*, another segment, all of which its tokens see as well: several completions of a prompt
/// are segments with the prompt as their prefix, so the prompt is computed once and the completions
/// do not see each other. That is the paper's "one forward pass" for the K completions of a prompt
/// (InstructGPT section 3.5): for K = 9 and a prompt as long as a completion it has 1.8 times fewer
/// tokens than K rows of prompt and completion.
///
/// Only attention looks across tokens. It takes the segments in groups of similar length, so that a
/// group is a rectangle with little padding.
///
/// @param tokens the number N of tokens
/// @param groups one after another; together they hold each token once
record Packing(int tokens, List<Group> groups) {
  /// How many scores of padding a group may have before another group is cheaper: about what the
  /// dozen operations of a group cost.
  private static final long WASTE = 1L << 14;

  /// Segments that lie one after another and are attended to together.
  ///
  /// @param lengths the number of tokens of each segment (M)
  /// @param prefixes place of the first token of each segment's prefix (M); empty if there are none
  /// @param prefixLengths the number of tokens of each prefix (M); empty if there are none
  record Group(int[] lengths, int[] prefixes, int[] prefixLengths) {
    int size() {
      return lengths.length;
    }

    /// The number of tokens of all segments.
    int tokens() {
      return Arrays.stream(lengths).sum();
    }

    /// The number Q of tokens of the longest segment.
    int longest() {
      return Arrays.stream(lengths).max().orElse(0);
    }

    /// The number P of tokens of the longest prefix; 0 if there are none.
    int longestPrefix() {
      return Arrays.stream(prefixLengths).max().orElse(0);
    }

    /// Whether all segments are of one length.
    boolean isEven() {
      return Arrays.stream(lengths).allMatch(length -> length == lengths[0]);
    }

    /// Whether all prefixes are of one length.
    boolean hasEvenPrefixes() {
      return Arrays.stream(prefixLengths).allMatch(length -> length == prefixLengths[0]);
    }

    boolean hasPrefixes() {
      return prefixes.length > 0;
    }
  }

  /// A segment before it has a place.
  ///
  /// @param tokens its ids
  /// @param prefix which of the segments it continues, or [#NO_PREFIX]
  record Segment(int[] tokens, int prefix) {
    static final int NO_PREFIX = -1;

    boolean hasPrefix() {
      return prefix != NO_PREFIX;
    }
  }

  /// A packing with the place of each segment's first token.
  record Placed(Packing packing, int[] places) {
    /// The ids of all segments (N).
    int[] tokens(List<Segment> segments) {
      var tokens = new int[packing.tokens];
      for (int i = 0; i < places.length; i++) {
        int[] own = segments.get(i).tokens;
        System.arraycopy(own, 0, tokens, places[i], own.length);
      }
      return tokens;
    }

    /// The position of each token in its row (N): a segment goes on where its prefix ends.
    int[] positions(List<Segment> segments) {
      var positions = new int[packing.tokens];
      for (int i = 0; i < places.length; i++) {
        var segment = segments.get(i);
        int first = segment.hasPrefix() ? segments.get(segment.prefix).tokens.length : 0;
        for (int t = 0; t < segment.tokens.length; t++) {
          positions[places[i] + t] = first + t;
        }
      }
      return positions;
    }
  }

  /// Rows of one length, in their order.
  static Packing even(int rows, int length) {
    var lengths = new int[rows];
    Arrays.fill(lengths, length);
    return new Packing(
        Math.multiplyExact(rows, length), List.of(new Group(lengths, new int[0], new int[0])));
  }

  /// Finds groups: first the segments without a prefix, then those with one, the longest first.
  static Placed of(List<Segment> segments) {
    var places = new int[segments.size()];
    var groups = new ArrayList<Group>();
    int at = 0;
    for (boolean prefixed : new boolean[] {false, true}) {
      var some =
          IntStream.range(0, segments.size())
              .filter(i -> segments.get(i).hasPrefix() == prefixed)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingInt(i -> -prefixLength(segments, i))
                      .thenComparingInt(i -> -segments.get(i).tokens.length))
              .toList();
      for (var members : grouped(some, segments)) {
        for (int i : members) {
          places[i] = at;
          at += segments.get(i).tokens.length;
        }
        groups.add(group(members, segments, places));
      }
    }
    return new Placed(new Packing(at, List.copyOf(groups)), places);
  }

  private static List<List<Integer>> grouped(List<Integer> longestFirst, List<Segment> segments) {
    var groups = new ArrayList<List<Integer>>();
    long q = 0;
    long p = 0;
    long used = 0;
    for (int i : longestFirst) {
      long length = segments.get(i).tokens.length;
      long prefix = prefixLength(segments, i);
      q = Math.max(q, length);
      p = Math.max(p, prefix);
      used += scores(length, prefix);
      if (groups.isEmpty() || (groups.getLast().size() + 1) * scores(q, p) - used > WASTE) {
        groups.add(new ArrayList<>());
        q = length;
        p = prefix;
        used = scores(length, prefix);
      }
      groups.getLast().add(i);
    }
    return groups;
  }

  private static long scores(long length, long prefix) {
    return length * (prefix + length);
  }

  private static int prefixLength(List<Segment> segments, int i) {
    var segment = segments.get(i);
    return segment.hasPrefix() ? segments.get(segment.prefix).tokens.length : 0;
  }

  private static Group group(List<Integer> members, List<Segment> segments, int[] places) {
    var some = members.stream().map(segments::get).toList();
    int[] lengths = some.stream().mapToInt(segment -> segment.tokens.length).toArray();
    if (!some.getFirst().hasPrefix()) {
      return new Group(lengths, new int[0], new int[0]);
    }
    return new Group(
        lengths,
        some.stream().mapToInt(segment -> places[segment.prefix]).toArray(),
        members.stream().mapToInt(i -> prefixLength(segments, i)).toArray());
  }
}
