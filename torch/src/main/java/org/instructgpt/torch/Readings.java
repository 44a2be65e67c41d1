package org.instructgpt.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/// Numbers that a step makes on the way and that are read together at its end.
///
/// An accelerator works off a queue. Whoever reads a number waits until the queue is empty, and
/// then the accelerator waits until there is work again: a read in every micro-batch costs both. So
/// a step notes what it wants to know, and reads it when it has asked for all its work.
///
/// What is noted belongs to the scope these were built in, not to the one that is open then.
public final class Readings {
  private final List<Tensor> noted = new ArrayList<>();
  private final @Nullable PointerScope home = PointerScope.getInnerScope();

  /// Notes the elements of `numbers`, which nobody may change in place before they are read.
  public void add(Tensor numbers) {
    noted.add(
        Scope.tidy(
            home, () -> numbers.detach().to(DType.FLOAT64).reshape(-1), tensor -> tensor.handle));
  }

  /// All elements in the order in which they were noted, in float64.
  public double[] read() {
    try (var _ = Scope.open()) {
      return noted.isEmpty() ? new double[0] : Tensor.cat(noted, 0).doubles();
    }
  }

  /// Their sum, added up one after another in that order.
  public double sum() {
    double sum = 0;
    for (double number : read()) {
      sum += number;
    }
    return sum;
  }
}
