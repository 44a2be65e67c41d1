package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecomputationTest {
  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor leaf() {
    return Tensor.of(new double[] {2, 3}).requireGradient(true);
  }

  private static Tensor cubed(Tensor x, UnaryOperator<Tensor> noted) {
    List<UnaryOperator<Tensor>> steps = List.of(noted, y -> y.mul(y).mul(y));
    return Passes.recomputed(x.mul(1), steps, Optional.empty());
  }

  @Test
  void eachStepRunsAgainWhenGradientsCome() {
    var x = leaf();
    var seen = new ArrayList<double[]>();
    var result =
        cubed(
            x,
            y -> {
              seen.add(y.doubles());
              return y.mul(2);
            });
    assertThat(result.doubles()).containsExactly(64, 216);
    assertThat(seen).hasSize(1);
    result.sum().backward();
    assertThat(seen).hasSize(2).containsExactly(new double[] {2, 3}, new double[] {2, 3});
    assertThat(x.gradient().doubles()).containsExactly(24 * 4, 24 * 9); // of 8 x^3
  }

  @Test
  void gradientsGoThroughSeveralPassesOneAfterAnother() {
    var x = leaf();
    var first = cubed(x, y -> y.mul(1));
    var second = cubed(first, y -> y.mul(1));
    second.sum().backward();
    assertThat(x.gradient().doubles()).containsExactly(9 * 256, 9 * 6561); // of x^9
  }

  @Test
  void aPassOutlivesATidiedExpression() {
    var x = leaf();
    Tensor.tidy(() -> cubed(x, y -> y.mul(1)).sum()).backward();
    assertThat(x.gradient().doubles()).containsExactly(12, 27);
  }

  @Test
  void gradientsGoThroughAPassOnce() {
    var result = cubed(leaf(), y -> y.mul(1));
    result.sum().backward();
    assertThatThrownBy(() -> result.sum().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("second time");
  }
}
