package org.instructgpt.model;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The arithmetic of one token's pass through a block, in float32, over arrays and the memory of
/// tensors, with the processor's vector instructions.
///
/// All lengths and bounds are multiples of [#LANES], all numbers of inputs multiples of 8.
final class VectorKernels {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> HALVES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

  /// How many numbers an instruction takes.
  static final int LANES = F.length();

  private VectorKernels() {}

  /// A part of a matrix: rows from `top` to before `bottom`, columns from `low` to before `high`.
  record Part(int top, int bottom, int low, int high) {}

  /// Adds `x W` to `y` for a part of W.
  ///
  /// Eight rows of W go by together: they are read once and in order, and what is added to stays in
  /// the nearest cache.
  ///
  /// @param w float32, one row of y.length numbers for each entry of x
  static void addProduct(float[] x, MemorySegment w, float[] y, Part part) {
    long row = 4L * y.length;
    for (int i = part.top; i < part.bottom; i += 8) {
      var x0 = FloatVector.broadcast(F, x[i]);
      var x1 = FloatVector.broadcast(F, x[i + 1]);
      var x2 = FloatVector.broadcast(F, x[i + 2]);
      var x3 = FloatVector.broadcast(F, x[i + 3]);
      var x4 = FloatVector.broadcast(F, x[i + 4]);
      var x5 = FloatVector.broadcast(F, x[i + 5]);
      var x6 = FloatVector.broadcast(F, x[i + 6]);
      var x7 = FloatVector.broadcast(F, x[i + 7]);
      for (int j = part.low; j < part.high; j += LANES) {
        long at = row * i + 4L * j;
        var a = at(w, at).fma(x0, FloatVector.fromArray(F, y, j));
        var b = at(w, at + row).mul(x1);
        a = at(w, at + 2 * row).fma(x2, a);
        b = at(w, at + 3 * row).fma(x3, b);
        a = at(w, at + 4 * row).fma(x4, a);
        b = at(w, at + 5 * row).fma(x5, b);
        a = at(w, at + 6 * row).fma(x6, a);
        b = at(w, at + 7 * row).fma(x7, b);
        a.add(b).intoArray(y, j);
      }
    }
  }

  private static FloatVector at(MemorySegment w, long offset) {
    return FloatVector.fromMemorySegment(F, w, offset, LITTLE_ENDIAN);
  }

  /// Adds `W x` to `y` for the rows of W from `low` to before `high`, four at a time.
  ///
  /// @param w bfloat16, which is the upper half of a float32: one row of x.length numbers for each
  ///   entry of y
  static void addHalfProduct(float[] x, MemorySegment w, float[] y, int low, int high) {
    long row = 2L * x.length;
    int j = low;
    for (; j + 4 <= high; j += 4) {
      var a = FloatVector.zero(F);
      var b = FloatVector.zero(F);
      var c = FloatVector.zero(F);
      var d = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        var v = FloatVector.fromArray(F, x, i);
        long at = row * j + 2L * i;
        a = half(w, at).fma(v, a);
        b = half(w, at + row).fma(v, b);
        c = half(w, at + 2 * row).fma(v, c);
        d = half(w, at + 3 * row).fma(v, d);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
      y[j + 1] += b.reduceLanes(VectorOperators.ADD);
      y[j + 2] += c.reduceLanes(VectorOperators.ADD);
      y[j + 3] += d.reduceLanes(VectorOperators.ADD);
    }
    for (; j < high; j++) {
      var a = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        a = half(w, row * j + 2L * i).fma(FloatVector.fromArray(F, x, i), a);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
    }
  }

  /// Adds `W x` to `y` for the rows of W from `low` to before `high`, four at a time.
  ///
  /// @param w float32, one row of x.length numbers for each entry of y
  static void addRowProducts(float[] x, MemorySegment w, float[] y, int low, int high) {
    long row = 4L * x.length;
    int j = low;
    for (; j + 4 <= high; j += 4) {
      var a = FloatVector.zero(F);
      var b = FloatVector.zero(F);
      var c = FloatVector.zero(F);
      var d = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        var v = FloatVector.fromArray(F, x, i);
        long at = row * j + 4L * i;
        a = at(w, at).fma(v, a);
        b = at(w, at + row).fma(v, b);
        c = at(w, at + 2 * row).fma(v, c);
        d = at(w, at + 3 * row).fma(v, d);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
      y[j + 1] += b.reduceLanes(VectorOperators.ADD);
      y[j + 2] += c.reduceLanes(VectorOperators.ADD);
      y[j + 3] += d.reduceLanes(VectorOperators.ADD);
    }
    for (; j < high; j++) {
      var a = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        a = at(w, row * j + 4L * i).fma(FloatVector.fromArray(F, x, i), a);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
    }
  }

  private static FloatVector half(MemorySegment w, long offset) {
    return ShortVector.fromMemorySegment(HALVES, w, offset, LITTLE_ENDIAN)
        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  /// The layer normalisation of `x`.
  static void normalize(
      float[] x, MemorySegment scale, MemorySegment shift, double epsilon, float[] result) {
    var sums = FloatVector.zero(F);
    for (int j = 0; j < x.length; j += LANES) {
      sums = sums.add(FloatVector.fromArray(F, x, j));
    }
    float mean = sums.reduceLanes(VectorOperators.ADD) / x.length;
    var squares = FloatVector.zero(F);
    for (int j = 0; j < x.length; j += LANES) {
      var d = FloatVector.fromArray(F, x, j).sub(mean);
      squares = d.fma(d, squares);
    }
    double variance = squares.reduceLanes(VectorOperators.ADD) / x.length;
    float factor = (float) (1 / Math.sqrt(variance + epsilon));
    for (int j = 0; j < x.length; j += LANES) {
      FloatVector.fromArray(F, x, j)
          .sub(mean)
          .mul(factor)
          .fma(at(scale, 4L * j), at(shift, 4L * j))
          .intoArray(result, j);
    }
  }

  /// GELU in place, from `low` to before `high`: `x` times the normal distribution function.
  static void gelu(float[] x, int low, int high) {
    for (int j = low; j < high; j += LANES) {
      var v = FloatVector.fromArray(F, x, j);
      v.mul(normal(v)).intoArray(x, j);
    }
  }

  /// The normal distribution function by a rational approximation of the error function with an
  /// error below 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
  private static FloatVector normal(FloatVector x) {
    var z = x.abs().mul((float) Math.sqrt(0.5));
    var t = FloatVector.broadcast(F, 1).div(z.mul(0.3275911f).add(1));
    var p =
        t.mul(1.0614054f)
            .add(-1.4531521f)
            .fma(t, FloatVector.broadcast(F, 1.4214138f))
            .fma(t, FloatVector.broadcast(F, -0.28449672f))
            .fma(t, FloatVector.broadcast(F, 0.2548296f))
            .mul(t);
    // Half of what lies beyond |x|.
    var tail = p.mul(z.mul(z).neg().lanewise(VectorOperators.EXP)).mul(0.5f);
    return tail.blend(tail.neg().add(1), x.compare(VectorOperators.GE, 0));
  }

  /// GELU by its approximation with a hyperbolic tangent, in place.
  static void geluByTanh(float[] x, int low, int high) {
    float root = (float) Math.sqrt(2 / Math.PI);
    for (int j = low; j < high; j += LANES) {
      var v = FloatVector.fromArray(F, x, j);
      var inner = v.mul(v).mul(0.044715f).add(1).mul(v).mul(root);
      v.mul(0.5f).mul(inner.lanewise(VectorOperators.TANH).add(1)).intoArray(x, j);
    }
  }

  /// Attention of one head to cached keys and values.
  ///
  /// @param qkv the token's query, from `at` on
  /// @param keys the cache, from the sequence's first slot on: in each slot the keys and then the
  ///   values of all heads
  /// @param scores room for one number a slot
  /// @param mixed where the mixed values go, from `at` on
  static void attend(Head head, float[] qkv, MemorySegment keys, float[] scores, float[] mixed) {
    int at = head.at;
    int width = head.width;
    long slot = 8L * mixed.length;
    float greatest = Float.NEGATIVE_INFINITY;
    for (int s = head.from; s < head.to; s++) {
      var sum = FloatVector.zero(F);
      for (int d = 0; d < width; d += LANES) {
        sum = at(keys, slot * s + 4L * (at + d)).fma(FloatVector.fromArray(F, qkv, at + d), sum);
      }
      scores[s] = sum.reduceLanes(VectorOperators.ADD) * head.factor;
      greatest = Math.max(greatest, scores[s]);
    }
    float total = 0;
    for (int s = head.from; s < head.to; s++) {
      scores[s] = (float) Math.exp(scores[s] - greatest);
      total += scores[s];
    }
    Arrays.fill(mixed, at, at + width, 0);
    for (int s = head.from; s < head.to; s++) {
      float share = scores[s] / total;
      for (int d = 0; d < width; d += LANES) {
        at(keys, slot * s + 4L * (mixed.length + at + d))
            .fma(FloatVector.broadcast(F, share), FloatVector.fromArray(F, mixed, at + d))
            .intoArray(mixed, at + d);
      }
    }
  }

  /// A head of one token.
  ///
  /// @param at the first of its entries
  /// @param width how many it has
  /// @param from the first slot that it sees
  /// @param to the slot after the last
  /// @param factor of its scores
  record Head(int at, int width, int from, int to, float factor) {}
}
