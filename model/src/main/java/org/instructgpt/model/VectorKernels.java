package org.instructgpt.model;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

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
  /// @param w the address of float32 numbers, at least y.length for each entry of x
  /// @param stride from one row of them to the next
  static void addProduct(float[] x, long w, int stride, float[] y, Part part) {
    long row = 4L * stride;
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
        long at = w + row * i + 4L * j;
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
  /// @param w the address of bfloat16, which is the upper half of a float32: one row of x.length
  ///   numbers for each entry of y
  static void addHalfProduct(float[] x, long w, float[] y, int low, int high) {
    long row = 2L * x.length;
    int j = low;
    for (; j + 4 <= high; j += 4) {
      var a = FloatVector.zero(F);
      var b = FloatVector.zero(F);
      var c = FloatVector.zero(F);
      var d = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        var v = FloatVector.fromArray(F, x, i);
        long at = w + row * j + 2L * i;
        a = half(at).fma(v, a);
        b = half(at + row).fma(v, b);
        c = half(at + 2 * row).fma(v, c);
        d = half(at + 3 * row).fma(v, d);
      }
      y[j] += VectorFunctions.sum(a);
      y[j + 1] += VectorFunctions.sum(b);
      y[j + 2] += VectorFunctions.sum(c);
      y[j + 3] += VectorFunctions.sum(d);
    }
    for (; j < high; j++) {
      var a = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        a = half(w + row * j + 2L * i).fma(FloatVector.fromArray(F, x, i), a);
      }
      y[j] += VectorFunctions.sum(a);
    }
  }

  /// Adds `W x` to `y` for the rows of W from `low` to before `high`, four at a time.
  ///
  /// @param w the address of float32 numbers: one row of x.length for each entry of y
  static void addRowProducts(float[] x, long w, float[] y, int low, int high) {
    long row = 4L * x.length;
    int j = low;
    for (; j + 4 <= high; j += 4) {
      var a = FloatVector.zero(F);
      var b = FloatVector.zero(F);
      var c = FloatVector.zero(F);
      var d = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        var v = FloatVector.fromArray(F, x, i);
        long at = w + row * j + 4L * i;
        a = at(at).fma(v, a);
        b = at(at + row).fma(v, b);
        c = at(at + 2 * row).fma(v, c);
        d = at(at + 3 * row).fma(v, d);
      }
      y[j] += VectorFunctions.sum(a);
      y[j + 1] += VectorFunctions.sum(b);
      y[j + 2] += VectorFunctions.sum(c);
      y[j + 3] += VectorFunctions.sum(d);
    }
    for (; j < high; j++) {
      var a = FloatVector.zero(F);
      for (int i = 0; i < x.length; i += LANES) {
        a = at(w + row * j + 4L * i).fma(FloatVector.fromArray(F, x, i), a);
      }
      y[j] += VectorFunctions.sum(a);
    }
  }

  /// Rounds `count` numbers of `x` from `start` on to bfloat16, to the nearest, at an address.
  static void round(float[] x, int start, int count, long to) {
    for (int j = 0; j < count; j += LANES) {
      var bits = FloatVector.fromArray(F, x, start + j).reinterpretAsInts();
      // Of two that are as near the one whose last bit is 0.
      var odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      bits.add(odd)
          .add(0x7fff)
          .lanewise(VectorOperators.LSHR, 16)
          .convertShape(VectorOperators.I2S, HALVES, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(MEMORY, to + 2L * j, LITTLE_ENDIAN);
    }
  }

  /// Puts `count` bfloat16 numbers at an address into `x` from `start` on, or adds them.
  static void widen(long from, int count, float[] x, int start, boolean add) {
    int j = 0;
    for (; j + LANES <= count; j += LANES) {
      var v = half(from + 2L * j);
      (add ? v.add(FloatVector.fromArray(F, x, start + j)) : v).intoArray(x, start + j);
    }
    for (; j < count; j++) {
      float v = Float.intBitsToFloat(MEMORY.get(HALF, from + 2L * j) << 16);
      x[start + j] = add ? x[start + j] + v : v;
    }
  }

  /// The bfloat16 numbers at an address.
  static FloatVector half(long address) {
    return ShortVector.fromMemorySegment(HALVES, MEMORY, address, LITTLE_ENDIAN)
        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }
}
