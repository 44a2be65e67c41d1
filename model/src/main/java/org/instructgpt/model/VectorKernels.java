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

  /// All memory. The compiler knows what kind of segment this is; of one that comes as an argument
  /// it does not, once the program has used several kinds, and asks at each access (measured: a
  /// seventh of the speed).
  @SuppressWarnings("restricted") // what is read lies in tensors
  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

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
    long from = w.address();
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
        long at = from + row * i + 4L * j;
        var a = at(at).fma(x0, FloatVector.fromArray(F, y, j));
        var b = at(at + row).mul(x1);
        a = at(at + 2 * row).fma(x2, a);
        b = at(at + 3 * row).fma(x3, b);
        a = at(at + 4 * row).fma(x4, a);
        b = at(at + 5 * row).fma(x5, b);
        a = at(at + 6 * row).fma(x6, a);
        b = at(at + 7 * row).fma(x7, b);
        a.add(b).intoArray(y, j);
      }
    }
  }

  /// The numbers at an address.
  static FloatVector at(long address) {
    return FloatVector.fromMemorySegment(F, MEMORY, address, LITTLE_ENDIAN);
  }

  /// Adds `W x` to `y` for the rows of W from `low` to before `high`, four at a time.
  ///
  /// @param w bfloat16, which is the upper half of a float32: one row of x.length numbers for each
  ///   entry of y
  static void addHalfProduct(float[] x, MemorySegment w, float[] y, int low, int high) {
    long row = 2L * x.length;
    long from = w.address();
    int j = low;
    for (; j + 4 <= high; j += 4) {
      var a = FloatVector.zero(F);
      var b = FloatVector.zero(F);
      var c = FloatVector.zero(F);
      var d = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        var v = FloatVector.fromArray(F, x, i);
        long at = from + row * j + 2L * i;
        a = half(at).fma(v, a);
        b = half(at + row).fma(v, b);
        c = half(at + 2 * row).fma(v, c);
        d = half(at + 3 * row).fma(v, d);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
      y[j + 1] += b.reduceLanes(VectorOperators.ADD);
      y[j + 2] += c.reduceLanes(VectorOperators.ADD);
      y[j + 3] += d.reduceLanes(VectorOperators.ADD);
    }
    for (; j < high; j++) {
      var a = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        a = half(from + row * j + 2L * i).fma(FloatVector.fromArray(F, x, i), a);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
    }
  }

  /// Adds `W x` to `y` for the rows of W from `low` to before `high`, four at a time.
  ///
  /// @param w float32, one row of x.length numbers for each entry of y
  static void addRowProducts(float[] x, MemorySegment w, float[] y, int low, int high) {
    long row = 4L * x.length;
    long from = w.address();
    int j = low;
    for (; j + 4 <= high; j += 4) {
      var a = FloatVector.zero(F);
      var b = FloatVector.zero(F);
      var c = FloatVector.zero(F);
      var d = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        var v = FloatVector.fromArray(F, x, i);
        long at = from + row * j + 4L * i;
        a = at(at).fma(v, a);
        b = at(at + row).fma(v, b);
        c = at(at + 2 * row).fma(v, c);
        d = at(at + 3 * row).fma(v, d);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
      y[j + 1] += b.reduceLanes(VectorOperators.ADD);
      y[j + 2] += c.reduceLanes(VectorOperators.ADD);
      y[j + 3] += d.reduceLanes(VectorOperators.ADD);
    }
    for (; j < high; j++) {
      var a = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        a = at(from + row * j + 4L * i).fma(FloatVector.fromArray(F, x, i), a);
      }
      y[j] += a.reduceLanes(VectorOperators.ADD);
    }
  }

  private static FloatVector half(long address) {
    return ShortVector.fromMemorySegment(HALVES, MEMORY, address, LITTLE_ENDIAN)
        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  /// A layer normalisation of `width` numbers.
  record Norm(MemorySegment scale, MemorySegment shift, double epsilon, int width) {}

  /// Puts the normalised numbers of `x` from `start` on at the same place of `result`.
  static void normalize(float[] x, int start, Norm norm, float[] result) {
    int width = norm.width;
    long scale = norm.scale.address();
    long shift = norm.shift.address();
    var sums = FloatVector.zero(F);
    for (int j = 0; j < width; j += LANES) {
      sums = sums.add(FloatVector.fromArray(F, x, start + j));
    }
    float mean = sums.reduceLanes(VectorOperators.ADD) / width;
    var squares = FloatVector.zero(F);
    for (int j = 0; j < width; j += LANES) {
      var d = FloatVector.fromArray(F, x, start + j).sub(mean);
      squares = d.fma(d, squares);
    }
    double variance = squares.reduceLanes(VectorOperators.ADD) / width;
    float factor = (float) (1 / Math.sqrt(variance + norm.epsilon));
    for (int j = 0; j < width; j += LANES) {
      FloatVector.fromArray(F, x, start + j)
          .sub(mean)
          .mul(factor)
          .fma(at(scale + 4L * j), at(shift + 4L * j))
          .intoArray(result, start + j);
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

  /// Attention of some heads to cached keys and values.
  ///
  /// Four slots go by together, all heads of each, so that the cache is read in order.
  ///
  /// @param qkv queries, keys and values of all rows
  /// @param keys the row's cache, from the sequence's first slot on: in each slot the keys and then
  ///   the values of all heads
  /// @param scores room for four numbers more than slots, for each head
  /// @param mixed where the mixed values of all rows go
  static void attend(
      Heads heads, float[] qkv, MemorySegment keys, float[][] scores, float[] mixed) {
    long memory = keys.address() + 4L * heads.at;
    for (int s = heads.from; s < heads.to; s += 4) {
      score(heads, qkv, memory, s, scores);
    }
    for (int h = 0; h < heads.count; h++) {
      softmax(scores[h], heads.from, heads.to, heads.factor);
    }
    int result = heads.channels * heads.row + heads.at;
    Arrays.fill(mixed, result, result + heads.count * heads.width, 0);
    for (int s = heads.from; s < heads.to; s += 4) {
      mix(heads, scores, memory + 4L * heads.channels, s, mixed);
    }
  }

  /// The products of the queries with the keys of four slots. Of those behind the end, which are
  /// there if the cache has them and else the last one again, nothing is used.
  private static void score(Heads heads, float[] qkv, long keys, int s, float[][] scores) {
    long slot = 8L * heads.channels;
    int last = heads.to - 1;
    long a = keys + slot * s;
    long b = keys + slot * Math.min(s + 1, last);
    long c = keys + slot * Math.min(s + 2, last);
    long d = keys + slot * Math.min(s + 3, last);
    int query = 3 * heads.channels * heads.row + heads.at;
    for (int h = 0; h < heads.count; h++) {
      int head = h * heads.width;
      var p = FloatVector.zero(F);
      var q = FloatVector.zero(F);
      var r = FloatVector.zero(F);
      var t = FloatVector.zero(F);
      for (int i = head; i < head + heads.width; i += LANES) {
        var x = FloatVector.fromArray(F, qkv, query + i);
        p = at(a + 4L * i).fma(x, p);
        q = at(b + 4L * i).fma(x, q);
        r = at(c + 4L * i).fma(x, r);
        t = at(d + 4L * i).fma(x, t);
      }
      float[] of = scores[h];
      of[s] = p.reduceLanes(VectorOperators.ADD);
      of[s + 1] = q.reduceLanes(VectorOperators.ADD);
      of[s + 2] = r.reduceLanes(VectorOperators.ADD);
      of[s + 3] = t.reduceLanes(VectorOperators.ADD);
    }
  }

  /// The softmax of `factor` times the scores from `from` to before `to`; the next three are 0.
  private static void softmax(float[] scores, int from, int to, float factor) {
    float greatest = Float.NEGATIVE_INFINITY;
    for (int s = from; s < to; s++) {
      greatest = Math.max(greatest, scores[s] * factor);
    }
    float total = 0;
    for (int s = from; s < to; s++) {
      scores[s] = (float) Math.exp(scores[s] * factor - greatest);
      total += scores[s];
    }
    for (int s = from; s < to; s++) {
      scores[s] /= total;
    }
    Arrays.fill(scores, to, to + 3, 0);
  }

  /// Adds the values of four slots, each times its share.
  private static void mix(Heads heads, float[][] shares, long values, int s, float[] mixed) {
    long slot = 8L * heads.channels;
    int last = heads.to - 1;
    long a = values + slot * s;
    long b = values + slot * Math.min(s + 1, last);
    long c = values + slot * Math.min(s + 2, last);
    long d = values + slot * Math.min(s + 3, last);
    int result = heads.channels * heads.row + heads.at;
    for (int h = 0; h < heads.count; h++) {
      int head = h * heads.width;
      float[] of = shares[h];
      var p = FloatVector.broadcast(F, of[s]);
      var q = FloatVector.broadcast(F, of[s + 1]);
      var r = FloatVector.broadcast(F, of[s + 2]);
      var t = FloatVector.broadcast(F, of[s + 3]);
      for (int i = head; i < head + heads.width; i += LANES) {
        var sum = at(a + 4L * i).fma(p, FloatVector.fromArray(F, mixed, result + i));
        var more = at(b + 4L * i).mul(q);
        sum = at(c + 4L * i).fma(r, sum);
        more = at(d + 4L * i).fma(t, more);
        sum.add(more).intoArray(mixed, result + i);
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
