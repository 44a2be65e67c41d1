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
  /// @param scores room for [VectorKernels#LANES] numbers more than slots, for each head of queries
  /// @param mixed where the mixed values of all rows go
  static void attend(
      Heads heads, float[] qkv, KeysAndValues cache, float[][] scores, float[] mixed) {
    for (int s = heads.from; s < heads.to; s++) {
      long keys = cache.key(s, heads.key);
      if (cache.half()) {
        scoreHalf(heads, qkv, keys, s, scores);
      } else {
        score(heads, qkv, keys, s, scores);
      }
    }
    int count = heads.keys * heads.group;
    for (int h = 0; h < count; h++) {
      if (heads.cap == 0) {
        softmax(scores[h], heads.from, heads.to, heads.factor);
      } else {
        cap(scores[h], heads);
        softmax(scores[h], heads.from, heads.to, 1);
      }
    }
    Arrays.fill(mixed, heads.result, heads.result + count * heads.width, 0);
    for (int s = heads.from; s < heads.to; s++) {
      long values = cache.value(s, heads.key);
      if (cache.half()) {
        mixHalf(heads, scores, values, s, mixed);
      } else {
        mix(heads, scores, values, s, mixed);
      }
    }
  }

  /// The products of the queries with the keys of a slot, which are float32.
  private static void score(Heads heads, float[] qkv, long keys, int s, float[][] scores) {
    int h = 0;
    int query = heads.query;
    for (int k = 0; k < heads.keys; k++) {
      long key = keys + 4L * heads.width * k;
      for (int end = h + heads.group; h < end; h++, query += heads.width) {
        var sum = FloatVector.zero(F);
        for (int i = 0; i < heads.width; i += LANES) {
          var x = FloatVector.fromArray(F, qkv, query + i);
          sum = VectorKernels.at(key + 4L * i).fma(x, sum);
        }
        scores[h][s] = VectorFunctions.sum(sum);
      }
    }
  }

  /// The same of bfloat16 keys. A method for both would choose between two vectors, which the
  /// compiler then makes objects (measured: seven times slower).
  private static void scoreHalf(Heads heads, float[] qkv, long keys, int s, float[][] scores) {
    int h = 0;
    int query = heads.query;
    for (int k = 0; k < heads.keys; k++) {
      long key = keys + 2L * heads.width * k;
      for (int end = h + heads.group; h < end; h++, query += heads.width) {
        var sum = FloatVector.zero(F);
        for (int i = 0; i < heads.width; i += LANES) {
          var x = FloatVector.fromArray(F, qkv, query + i);
          sum = VectorKernels.half(key + 2L * i).fma(x, sum);
        }
        scores[h][s] = VectorFunctions.sum(sum);
      }
    }
  }

  /// Makes c tanh(x / c) of scores, their factor included.
  private static void cap(float[] scores, Heads heads) {
    for (int s = heads.from; s < heads.to; s += LANES) {
      var part = FloatVector.fromArray(F, scores, s).mul(heads.factor / heads.cap);
      VectorFunctions.tanh(part).mul(heads.cap).intoArray(scores, s);
    }
  }

  /// The softmax of `factor` times the scores from `from` to before `to`; those behind, which fill
  /// up a vector, are next to 0.
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
      var share = VectorFunctions.exp(above.mul(factor));
      share.intoArray(scores, s);
      sums = sums.add(share);
    }
    float part = 1 / VectorFunctions.sum(sums);
    for (int s = from; s < to; s += LANES) {
      FloatVector.fromArray(F, scores, s).mul(part).intoArray(scores, s);
    }
  }

  /// Adds the values of a slot, which are float32, times their share.
  private static void mix(Heads heads, float[][] shares, long values, int s, float[] mixed) {
    int h = 0;
    int result = heads.result;
    for (int k = 0; k < heads.keys; k++) {
      long value = values + 4L * heads.width * k;
      for (int end = h + heads.group; h < end; h++, result += heads.width) {
        var share = FloatVector.broadcast(F, shares[h][s]);
        for (int i = 0; i < heads.width; i += LANES) {
          VectorKernels.at(value + 4L * i)
              .fma(share, FloatVector.fromArray(F, mixed, result + i))
              .intoArray(mixed, result + i);
        }
      }
    }
  }

  /// The same of bfloat16 values.
  private static void mixHalf(Heads heads, float[][] shares, long values, int s, float[] mixed) {
    int h = 0;
    int result = heads.result;
    for (int k = 0; k < heads.keys; k++) {
      long value = values + 2L * heads.width * k;
      for (int end = h + heads.group; h < end; h++, result += heads.width) {
        var share = FloatVector.broadcast(F, shares[h][s]);
        for (int i = 0; i < heads.width; i += LANES) {
          VectorKernels.half(value + 2L * i)
              .fma(share, FloatVector.fromArray(F, mixed, result + i))
              .intoArray(mixed, result + i);
        }
      }
    }
  }

  /// Heads of one token that lie beside each other.
  ///
  /// @param query the first entry of their queries
  /// @param result the first entry of their mixed values
  /// @param key the entry of a slot at which the first of their keys begin
  /// @param keys how many heads of keys, and of values
  /// @param group how many heads of queries share each
  /// @param width entries of a head
  /// @param from the first slot that they see
  /// @param to the slot after the last
  /// @param factor of the scores
  /// @param cap c, where scores are c tanh(x / c); 0 for none
  record Heads(
      int query,
      int result,
      int key,
      int keys,
      int group,
      int width,
      int from,
      int to,
      float factor,
      float cap) {}
}
