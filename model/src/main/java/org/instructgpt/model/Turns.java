package org.instructgpt.model;

/// The turns that positions give to queries and keys, for the decoders: what [Rotation] computes,
/// as a table of all positions of a cache. Angles are computed in double precision.
final class Turns {
  private final int n;
  private final float[] cos;
  private final float[] sin;

  /// @param positions how many, from 0 on
  Turns(Architecture.Rotary rotary, int positions) {
    this.n = rotary.frequencies().size();
    this.cos = new float[Math.multiplyExact(positions, n)];
    this.sin = new float[cos.length];
    for (int i = 0; i < n; i++) {
      double frequency = rotary.frequencies().get(i);
      for (int at = 0; at < positions; at++) {
        double angle = at * frequency;
        cos[at * n + i] = (float) (Math.cos(angle) * rotary.magnitude());
        sin[at * n + i] = (float) (Math.sin(angle) * rotary.magnitude());
      }
    }
  }

  /// Turns the entries of a head, which begins at `start`: i and i + n, of which there are n pairs.
  void turn(float[] x, int start, int position) {
    int turn = position * n;
    for (int i = start; i < start + n; i++, turn++) {
      float a = x[i];
      float b = x[i + n];
      x[i] = a * cos[turn] - b * sin[turn];
      x[i + n] = b * cos[turn] + a * sin[turn];
    }
  }
}
