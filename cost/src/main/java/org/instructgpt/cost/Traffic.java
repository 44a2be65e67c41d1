package org.instructgpt.cost;

import org.instructgpt.model.GptConfig;
import org.instructgpt.torch.Precision;

/// Bytes that a model's passes must move between memory and processor.
///
/// @param shape of the model
/// @param precision of its matrix products
record Traffic(GptConfig shape, Precision precision) {
  /// AdamW reads parameter, gradient and both moments, and writes all but the gradient: 7 numbers
  /// of 4 bytes.
  private static final int ADAM = 28;

  /// An average reads itself and the parameter, and writes itself.
  private static final int AVERAGE = 12;

  private static final int FLOAT = 4;

  /// Bytes of a number in a matrix product.
  int entry() {
    return precision == Precision.MIXED ? 2 : FLOAT;
  }

  /// Reading all weights once, for one pass.
  double weights() {
    return (double) shape.parameters() * entry();
  }

  /// An optimizer step after one backward pass, which reads the weights again and writes the
  /// gradient.
  double update() {
    return weights() + (double) shape.parameters() * (FLOAT + ADAM);
  }

  /// Updating the average of the weights.
  double average() {
    return (double) shape.parameters() * AVERAGE;
  }

  /// Sampling: the weights once a position, and at each position the keys and values so far, which
  /// are float32 in any case.
  double sampling(double rows, double prompt, double response) {
    double keysAndValues = 2.0 * shape.layers() * Widths.of(shape).keys() * FLOAT;
    double steps = response - 1;
    return weights() * response
        + rows * keysAndValues * (prompt + steps * (1 + GptOperations.meanKeys(prompt, response)));
  }
}
