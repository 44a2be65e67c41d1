package org.instructgpt.model;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Functions of vectors that give the same bits on every machine with vectors of this length, and
/// before and after the compiler has got to them.
///
/// The vector library's own exponential and its sum over lanes do not: interpreted code computes
/// the one by another algorithm and the other in another order than compiled code, so that a
/// program would sample other tokens whenever it was compiled a moment later. Here all is made of
/// operations that IEEE 754 rounds in one way.
final class VectorFunctions {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(F, 8 % LANES, 1, true);
  private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(F, 4 % LANES, 1, true);
  private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(F, 2 % LANES, 1, true);
  private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(F, 1, 1, true);

  /// Where the exponential is still a normal number, and finite.
  private static final float LEAST = -87.33f;

  private static final float MOST = 88.37f;
  private static final float LOG2_E = 1.442695f;

  /// The natural logarithm of 2 in two parts; few digits of the first, so that products with whole
  /// numbers are exact.
  private static final float LN2_HIGH = 355f / 512;

  private static final float LN2_LOW = -0x1.bd0106p-13f;

  /// Added to a number of at most 2^22, it leaves the whole number next to it in the last bits.
  private static final float ROUNDING = 12582912f;

  private static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);
  private static final int BIAS = 127;
  private static final int FRACTION = 23;

  private VectorFunctions() {}

  /// The exponential of each number, within 2 units in the last place; of numbers below -87.33 and
  /// above 88.37 that of these.
  ///
  /// With n the whole number next to x / ln 2, e^x = 2^n e^r, and |r| is at most ln 2 / 2, where a
  /// polynomial of degree 7 is enough (Cody and Waite 1980; coefficients of Moshier's Cephes).
  static FloatVector exp(FloatVector x) {
    var within = x.max(LEAST).min(MOST);
    var shifted = within.mul(LOG2_E).add(ROUNDING);
    var n = shifted.sub(ROUNDING);
    var r = n.fma(FloatVector.broadcast(F, -LN2_HIGH), within);
    r = n.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    var p = FloatVector.broadcast(F, 1.9875691e-4f);
    p = p.fma(r, FloatVector.broadcast(F, 0.0013981999f));
    p = p.fma(r, FloatVector.broadcast(F, 0.008333452f));
    p = p.fma(r, FloatVector.broadcast(F, 0.041665796f));
    p = p.fma(r, FloatVector.broadcast(F, 0.16666666f));
    p = p.fma(r, FloatVector.broadcast(F, 0.5f));
    p = p.fma(r.mul(r), r).add(1);
    var power =
        shifted
            .reinterpretAsInts()
            .add(BIAS - ROUNDING_BITS)
            .lanewise(VectorOperators.LSHL, FRACTION)
            .reinterpretAsFloats();
    return p.mul(power);
  }

  /// The hyperbolic tangent of each number, to 1e-7.
  static FloatVector tanh(FloatVector x) {
    var e = exp(x.abs().mul(-2));
    var size = e.neg().add(1).div(e.add(1));
    return size.blend(size.neg(), x.compare(VectorOperators.LT, 0));
  }

  /// The sum over lanes: halves are added until one number is left.
  static float sum(FloatVector x) {
    var sum = x;
    if (LANES >= 16) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (LANES >= 8) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (LANES >= 4) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    return sum.add(sum.rearrange(BY_1)).lane(0);
  }
}
