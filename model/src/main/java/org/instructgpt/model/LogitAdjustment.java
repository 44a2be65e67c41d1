package org.instructgpt.model;

import java.util.BitSet;
import java.util.Map;

/// What is added to the logits before a token is chosen, for people who want other texts than the
/// model's own; never for RL.
///
/// A token that is in the response so far loses `presence`, and `frequency` for each time that it
/// is there; `bias` is added to the tokens that it names.
///
/// @param bias by id
public record LogitAdjustment(double presence, double frequency, Map<Integer, Double> bias) {
  /// Leaves the logits as they are.
  public static final LogitAdjustment NONE = new LogitAdjustment(0, 0, Map.of());

  /// Copies the map.
  public LogitAdjustment {
    bias = Map.copyOf(bias);
  }

  boolean isNone() {
    return presence == 0 && frequency == 0 && bias.isEmpty();
  }

  /// @param logits of all tokens (V); changed
  /// @param response the ids so far
  void apply(float[] logits, int[] response) {
    var seen = new BitSet();
    for (int id : response) {
      logits[id] -= (float) (seen.get(id) ? frequency : frequency + presence);
      seen.set(id);
    }
    bias.forEach((id, by) -> logits[id] += by.floatValue());
  }
}
