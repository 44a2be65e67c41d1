package org.instructgpt.model;

import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Rows that are multiplied with a [SharedMatrix].
///
/// @param numbers the rows, one after another
/// @param half the same in bfloat16, (R, K); null where no product reads it
record Factors(float[] numbers, @Nullable Tensor half) {
  /// Zeros. They belong to the scope that is open.
  static Factors of(int rows, int width, boolean half) {
    return new Factors(
        new float[rows * width], half ? Tensor.zeros(DType.BFLOAT16, rows, width) : null);
  }

  /// Is to be called when `count` numbers from `start` on have been written.
  void written(int start, int count) {
    if (half != null) {
      VectorKernels.round(numbers, start, count, half.data().address() + 2L * start);
    }
  }
}
