package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// A token at a place, and what the model thought of it there.
///
/// @param logProb its natural log-probability at temperature 1; NaN where that was not wanted
/// @param likeliest the likeliest tokens of the place, the likeliest first, of equal ones that of
///   the lower id; the numbers are of the same array as `logProb`, so they are equal to the bit
///   where the tokens are
public record ScoredToken(int id, float logProb, List<Alternative> likeliest) {
  /// A token that could stand at the place.
  public record Alternative(int id, float logProb) {}

  /// One of which nothing is known.
  static ScoredToken unscored(int id) {
    return new ScoredToken(id, Float.NaN, List.of());
  }

  /// @param logProbs of all tokens of some places
  /// @param from where those of this place begin
  /// @param width how many tokens there are
  static ScoredToken of(float[] logProbs, int from, int width, int id, int alternatives) {
    var least =
        Comparator.comparingDouble(Alternative::logProb)
            .thenComparing(Comparator.comparingInt(Alternative::id).reversed());
    var kept = new PriorityQueue<Alternative>(Math.max(1, alternatives), least);
    for (int i = 0; i < width && alternatives > 0; i++) {
      float logProb = logProbs[from + i];
      if (kept.size() < alternatives) {
        kept.add(new Alternative(i, logProb));
      } else if (logProb > kept.element().logProb) {
        kept.remove();
        kept.add(new Alternative(i, logProb));
      }
    }
    var likeliest = new ArrayList<>(kept);
    likeliest.sort(least.reversed());
    return new ScoredToken(id, logProbs[from + id], List.copyOf(likeliest));
  }
}
