package org.instructgpt.model;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The arithmetic of one token's attention to cached keys and values, in float32, with the
/// processor's vector instructions. The width of a head is a multiple of [VectorKernels#LANES].
final class AttentionKernels {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = VectorKernels.LANES;

  private AttentionKernels() {}

  /// Attention of some heads to cached keys and values.
  ///
  /// Slots go by one after another, all heads of each, so that the cache is read in order.
  ///
  /// @param qkv queries, keys and values of all rows
  /// @param cache of the row
  /// @param scores room for [VectorKernels#LANES] numbers more than slots, for each head
  /// @param mixed where the mixed values of all rows go
  static void attend(
      Heads heads, float[] qkv, KeysAndValues cache, float[][] scores, float[] mixed) {
    for (int s = heads.from; s < heads.to; s++) {
      long keys = cache.key(s, heads.at);
      if (cache.half()) {
        scoreHalf(heads, qkv, keys, s, scores);
      } else {
        score(heads, qkv, keys, s, scores);
      }
    }
    for (int h = 0; h < heads.count; h++) {
      softmax(scores[h], heads.from, heads.to, heads.factor);
    }
    int result = heads.channels * heads.row + heads.at;
    Arrays.fill(mixed, result, result + heads.count * heads.width, 0);
    for (int s = heads.from; s < heads.to; s++) {
      long values = cache.value(s, heads.at);
      if (cache.half()) {
        mixHalf(heads, scores, values, s, mixed);
      } else {
        mix(heads, scores, values, s, mixed);
      }
    }
  }

  /// The products of the queries with the keys of a slot, which are float32.
  private static void score(Heads heads, float[] qkv, long keys, int s, float[][] scores) {
    int query = 3 * heads.channels * heads.row + heads.at;
    for (int h = 0; h < heads.count; h++) {
      int head = h * heads.width;
      var sum = FloatVector.zero(F);
      for (int i = head; i < head + heads.width; i += LANES) {
        var x = FloatVector.fromArray(F, qkv, query + i);
        sum = VectorKernels.at(keys + 4L * i).fma(x, sum);
      }
      scores[h][s] = sum.reduceLanes(VectorOperators.ADD);
    }
  }

  /// The same of bfloat16 keys. A method for both would choose between two vectors, which the
  /// compiler then makes objects (measured: seven times slower).
  private static void scoreHalf(Heads heads, float[] qkv, long keys, int s, float[][] scores) {
    int query = 3 * heads.channels * heads.row + heads.at;
    for (int h = 0; h < heads.count; h++) {
      int head = h * heads.width;
      var sum = FloatVector.zero(F);
      for (int i = head; i < head + heads.width; i += LANES) {
        var x = FloatVector.fromArray(F, qkv, query + i);
        sum = VectorKernels.half(keys + 2L * i).fma(x, sum);
      }
      scores[h][s] = sum.reduceLanes(VectorOperators.ADD);
    }
  }

  /// The softmax of `factor` times the scores from `from` to before `to`; those behind, which fill
  /// up a vector, are 0.
  private static void softmax(float[] scores, int from, int to, float factor) {
    Arrays.fill(scores, to, to + LANES, Float.NEGATIVE_INFINITY);
    var most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    for (int s = from; s < to; s += LANES) {
      most = most.max(FloatVector.fromArray(F, scores, s));
    }
    float greatest = most.reduceLanes(VectorOperators.MAX);
    var sums = FloatVector.zero(F);
    for (int s = from; s < to; s += LANES) {
      var above = FloatVector.fromArray(F, scores, s).sub(greatest);
      var share = above.mul(factor).lanewise(VectorOperators.EXP);
      share.intoArray(scores, s);
      sums = sums.add(share);
    }
    float part = 1 / sums.reduceLanes(VectorOperators.ADD);
    for (int s = from; s < to; s += LANES) {
      FloatVector.fromArray(F, scores, s).mul(part).intoArray(scores, s);
    }
  }

  /// Adds the values of a slot, which are float32, times their share.
  private static void mix(Heads heads, float[][] shares, long values, int s, float[] mixed) {
    int result = heads.channels * heads.row + heads.at;
    for (int h = 0; h < heads.count; h++) {
      int head = h * heads.width;
      var share = FloatVector.broadcast(F, shares[h][s]);
      for (int i = head; i < head + heads.width; i += LANES) {
        VectorKernels.at(values + 4L * i)
            .fma(share, FloatVector.fromArray(F, mixed, result + i))
            .intoArray(mixed, result + i);
      }
    }
  }

  /// The same of bfloat16 values.
  private static void mixHalf(Heads heads, float[][] shares, long values, int s, float[] mixed) {
    int result = heads.channels * heads.row + heads.at;
    for (int h = 0; h < heads.count; h++) {
      int head = h * heads.width;
      var share = FloatVector.broadcast(F, shares[h][s]);
      for (int i = head; i < head + heads.width; i += LANES) {
        VectorKernels.half(values + 2L * i)
            .fma(share, FloatVector.fromArray(F, mixed, result + i))
            .intoArray(mixed, result + i);
      }
    }
  }

  /// Heads of one token that lie beside each other.
  ///
  /// @param row of the token, from 0
  /// @param channels entries of a token, those of all heads
  /// @param at the first entry of the first of these heads
  /// @param count how many heads
  /// @param width entries of a head
  /// @param from the first slot that they see
  /// @param to the slot after the last
  /// @param factor of the scores
  record Heads(
      int row, int channels, int at, int count, int width, int from, int to, float factor) {
    /// The heads of a layer from `first` on, for a token at `position`.
    static Heads of(GptConfig config, int layer, int row, int first, int count, int position) {
      int width = config.width() / config.heads();
      int window = config.window(layer);
      int from = window > 0 ? Math.max(0, position + 1 - window) : 0;
      double factor = config.queryFactor(layer) / Math.sqrt((double) width);
      return new Heads(
          row, config.width(), first * width, count, width, from, position + 1, (float) factor);
    }
  }
}
