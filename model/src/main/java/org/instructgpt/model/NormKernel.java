package org.instructgpt.model;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// A normalisation of a vector in float32, with the processor's vector instructions.
///
/// @param scale the address of its weights
/// @param shift the address of what is added; 0 where it only scales, by the root of the mean
///   square
/// @param epsilon added to the variance, or the mean square
/// @param width how many numbers it is of
/// @param room the same with the zeros behind them, see [Padding]
record NormKernel(long scale, long shift, double epsilon, int width, int room) {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = VectorKernels.LANES;

  /// @param norm with room for zeros; it must outlive the kernel
  static NormKernel of(GptWeights.Norm norm, double epsilon, int width) {
    var shift = norm.shift();
    return new NormKernel(
        norm.scale().data().address(),
        shift == null ? 0 : shift.data().address(),
        epsilon,
        width,
        Math.toIntExact(norm.scale().count()));
  }

  /// One that only scales, if there is one.
  static @Nullable NormKernel ofScale(@Nullable Tensor scale, double epsilon, int width) {
    return scale == null ? null : of(new GptWeights.Norm(scale, null), epsilon, width);
  }

  /// Puts the normalised numbers of `x` from `start` on at the same place of `result`, which may be
  /// `x`.
  void apply(float[] x, int start, float[] result) {
    if (shift == 0) {
      byRoot(x, start, result);
    } else {
      byDeviation(x, start, result);
    }
  }

  private void byDeviation(float[] x, int start, float[] result) {
    var sums = FloatVector.zero(F);
    for (int j = 0; j < room; j += LANES) {
      sums = sums.add(FloatVector.fromArray(F, x, start + j));
    }
    float mean = VectorFunctions.sum(sums) / width;
    var squares = FloatVector.zero(F);
    int whole = width / LANES * LANES;
    for (int j = 0; j < whole; j += LANES) {
      var d = FloatVector.fromArray(F, x, start + j).sub(mean);
      squares = d.fma(d, squares);
    }
    double sum = VectorFunctions.sum(squares);
    for (int j = whole; j < width; j++) { // without the zeros, which lie far from a large mean
      double d = x[start + j] - mean;
      sum += d * d;
    }
    double variance = sum / width;
    float factor = (float) (1 / Math.sqrt(variance + epsilon));
    for (int j = 0; j < room; j += LANES) {
      FloatVector.fromArray(F, x, start + j)
          .sub(mean)
          .mul(factor)
          .fma(VectorKernels.at(scale + 4L * j), VectorKernels.at(shift + 4L * j))
          .intoArray(result, start + j);
    }
  }

  private void byRoot(float[] x, int start, float[] result) {
    var squares = FloatVector.zero(F);
    for (int j = 0; j < room; j += LANES) {
      var v = FloatVector.fromArray(F, x, start + j);
      squares = v.fma(v, squares);
    }
    double square = VectorFunctions.sum(squares) / width;
    float factor = (float) (1 / Math.sqrt(square + epsilon));
    for (int j = 0; j < room; j += LANES) {
      FloatVector.fromArray(F, x, start + j)
          .mul(factor)
          .mul(VectorKernels.at(scale + 4L * j))
          .intoArray(result, start + j);
    }
  }
}
