package org.instructgpt.model;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.instructgpt.torch.Tensor;

/// A matrix in the order in which a product with several rows reads it, and what is added to the
/// products.
///
/// The columns are cut into panels of two vectors' width, one panel after another, each row by row
/// (Goto and van de Geijn 2008, doi:10.1145/1356052.1356053). So a panel is read in order, stays in
/// the nearest caches while all rows go by, and a few rows by a panel's width of sums stay in
/// registers. The sums of a row do not depend on the other rows.
final class Panels implements SharedMatrix {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /// Columns of a panel.
  static final int WIDTH = 2 * LANES;

  /// The most rows that go by together.
  static final int TILE = 6;

  private final long panels;
  private final float[] bias;
  private final int inputs;
  private final int outputs;

  /// Copies a matrix. The copy belongs to the scope that is open.
  ///
  /// @param matrix (K, N), float32
  /// @param bias N numbers, or none
  Panels(Tensor matrix, float[] bias) {
    this.inputs = Math.toIntExact(matrix.size(0));
    long columns = matrix.size(1);
    this.outputs = Math.toIntExact((columns + WIDTH - 1) / WIDTH * WIDTH);
    var padded =
        columns == outputs
            ? matrix
            : Tensor.cat(
                List.of(matrix, Tensor.zeros(matrix.dtype(), inputs, outputs - columns)), 1);
    this.panels =
        padded
            .reshape(inputs, outputs / WIDTH, WIDTH)
            .transpose(0, 1)
            .contiguous()
            .data()
            .address();
    this.bias = Arrays.copyOf(bias, outputs);
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public int pieces() {
    return outputs / WIDTH;
  }

  @Override
  public int column(int panel) {
    return panel * WIDTH;
  }

  @Override
  public void multiply(int panel, Factors factors, int rows, float[] y, boolean add) {
    float[] x = factors.numbers();
    begin(panel, rows, y, add);
    int row = 0;
    while (rows - row > 4) {
      six(panel, x, row, y);
      row += 6;
    }
    if (row < rows) {
      four(panel, x, row, y);
    }
  }

  // Six and four rows are written out: a vector that goes through a method or an array which the
  // compiler does not inline becomes an object, and the loop twelve times slower.

  private void six(int panel, float[] x, int row, float[] y) {
    var a0 = FloatVector.zero(F);
    var a1 = a0;
    var a2 = a0;
    var a3 = a0;
    var a4 = a0;
    var a5 = a0;
    var b0 = a0;
    var b1 = a0;
    var b2 = a0;
    var b3 = a0;
    var b4 = a0;
    var b5 = a0;
    int x0 = row * inputs;
    int x1 = x0 + inputs;
    int x2 = x1 + inputs;
    int x3 = x2 + inputs;
    int x4 = x3 + inputs;
    long from = panels + 4L * WIDTH * inputs * panel;
    for (int i = 0; i < inputs; i++) {
      var u = VectorKernels.at(from + 4L * WIDTH * i);
      var v = VectorKernels.at(from + 4L * WIDTH * i + 4L * LANES);
      var s = FloatVector.broadcast(F, x[x0 + i]);
      a0 = u.fma(s, a0);
      b0 = v.fma(s, b0);
      s = FloatVector.broadcast(F, x[x1 + i]);
      a1 = u.fma(s, a1);
      b1 = v.fma(s, b1);
      s = FloatVector.broadcast(F, x[x2 + i]);
      a2 = u.fma(s, a2);
      b2 = v.fma(s, b2);
      s = FloatVector.broadcast(F, x[x3 + i]);
      a3 = u.fma(s, a3);
      b3 = v.fma(s, b3);
      s = FloatVector.broadcast(F, x[x4 + i]);
      a4 = u.fma(s, a4);
      b4 = v.fma(s, b4);
      s = FloatVector.broadcast(F, x[x4 + inputs + i]);
      a5 = u.fma(s, a5);
      b5 = v.fma(s, b5);
    }
    int j = row * outputs + panel * WIDTH;
    a0.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b0.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a1.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b1.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a2.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b2.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a3.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b3.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a4.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b4.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a5.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b5.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
  }

  private void four(int panel, float[] x, int row, float[] y) {
    var a0 = FloatVector.zero(F);
    var a1 = a0;
    var a2 = a0;
    var a3 = a0;
    var b0 = a0;
    var b1 = a0;
    var b2 = a0;
    var b3 = a0;
    int x0 = row * inputs;
    int x1 = x0 + inputs;
    int x2 = x1 + inputs;
    int x3 = x2 + inputs;
    long from = panels + 4L * WIDTH * inputs * panel;
    for (int i = 0; i < inputs; i++) {
      var u = VectorKernels.at(from + 4L * WIDTH * i);
      var v = VectorKernels.at(from + 4L * WIDTH * i + 4L * LANES);
      var s = FloatVector.broadcast(F, x[x0 + i]);
      a0 = u.fma(s, a0);
      b0 = v.fma(s, b0);
      s = FloatVector.broadcast(F, x[x1 + i]);
      a1 = u.fma(s, a1);
      b1 = v.fma(s, b1);
      s = FloatVector.broadcast(F, x[x2 + i]);
      a2 = u.fma(s, a2);
      b2 = v.fma(s, b2);
      s = FloatVector.broadcast(F, x[x3 + i]);
      a3 = u.fma(s, a3);
      b3 = v.fma(s, b3);
    }
    int j = row * outputs + panel * WIDTH;
    a0.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b0.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a1.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b1.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a2.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b2.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
    j += outputs;
    a3.add(FloatVector.fromArray(F, y, j)).intoArray(y, j);
    b3.add(FloatVector.fromArray(F, y, j + LANES)).intoArray(y, j + LANES);
  }

  /// Begins the sums of a panel.
  private void begin(int panel, int rows, float[] y, boolean add) {
    int from = panel * WIDTH;
    for (int row = 0; row < rows; row++) {
      int to = row * outputs + from;
      if (add) {
        for (int j = 0; j < WIDTH; j++) {
          y[to + j] += bias[from + j];
        }
      } else {
        System.arraycopy(bias, from, y, to, WIDTH);
      }
    }
  }
}
