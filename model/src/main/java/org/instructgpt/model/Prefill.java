package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.model.Packing.Segment;

/// The prompts of a pass that fills rows of a [CachedAttention]: each distinct prompt is computed
/// once, however many responses to it are wanted.
///
/// @param packing how the prompts' tokens lie (N)
/// @param tokens their ids (N)
/// @param positions their positions (N)
/// @param from which of the N tokens goes to each of the filled slots
/// @param to those slots, counted over all rows of the cache
/// @param last the place of each row's last prompt token (B)
record Prefill(Packing packing, int[] tokens, int[] positions, int[] from, int[] to, int[] last) {

  /// @param prompts of the rows; equal ones that follow each other are computed once
  /// @param rows which row of the cache each of them gets
  /// @param slots of a row
  static Prefill of(List<int[]> prompts, int[] rows, int slots) {
    var segments = new ArrayList<Segment>();
    var segmentOf = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (i == 0 || !Arrays.equals(prompts.get(i), prompts.get(i - 1))) {
        segments.add(new Segment(prompts.get(i), Segment.NO_PREFIX));
      }
      segmentOf[i] = segments.size() - 1;
    }
    var placed = Packing.of(segments);
    int cells = prompts.stream().mapToInt(prompt -> prompt.length).sum();
    var from = new int[cells];
    var to = new int[cells];
    var last = new int[rows.length];
    int n = 0;
    for (int i = 0; i < rows.length; i++) {
      int place = placed.places()[segmentOf[i]];
      int length = prompts.get(i).length;
      for (int t = 0; t < length; t++) {
        from[n] = place + t;
        to[n++] = rows[i] * slots + t;
      }
      last[i] = place + length - 1;
    }
    return new Prefill(
        placed.packing(), placed.tokens(segments), placed.positions(segments), from, to, last);
  }
}
