package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.instructgpt.torch.Engine;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// A bfloat16 matrix. Its products are libtorch's, since Java cannot say the processor's
/// instructions for them; each thread makes one alone, as [SharedMatrix] wants it.
final class HalfMatrix implements SharedMatrix {
  /// The most pieces. Their number does not depend on the threads, so that the sums do not either.
  private static final int PIECES = 2;

  /// Columns that are not divided between two pieces.
  private static final int STEP = 64;

  private final int outputs;
  private final List<Piece> pieces = new ArrayList<>();

  private record Piece(int from, int to, Tensor matrix, @Nullable Tensor bias) {}

  HalfMatrix(Tensor matrix, @Nullable Tensor bias) {
    this.outputs = Math.toIntExact(matrix.size(1));
    int steps = (outputs + STEP - 1) / STEP;
    int count = Math.min(PIECES, steps);
    for (int i = 0; i < count; i++) {
      int from = STEP * (steps * i / count);
      int to = Math.min(outputs, STEP * (steps * (i + 1) / count));
      var added = bias == null ? null : bias.narrow(0, from, to - from);
      pieces.add(new Piece(from, to, matrix.narrow(1, from, to - from), added));
    }
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public int pieces() {
    return pieces.size();
  }

  @Override
  public int column(int piece) {
    return piece == pieces.size() ? outputs : pieces.get(piece).from;
  }

  @Override
  public void multiply(int piece, Factors x, int rows, float[] y, boolean add) {
    var part = pieces.get(piece);
    Engine.alone(() -> {
      try (var _ = Scope.open()) {
        var factors = Objects.requireNonNull(x.half()).narrow(0, 0, rows);
        var product =
            part.bias == null ? factors.matmul(part.matrix) : part.bias.addmm(factors, part.matrix);
        int count = part.to - part.from;
        long from = product.data().address();
        for (int row = 0; row < rows; row++) {
          VectorKernels.widen(from + 2L * count * row, count, y, outputs * row + part.from, add);
        }
      }
    });
  }
}
