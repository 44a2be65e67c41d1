package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormKernelTest {
  private static final int WIDTH = 40;
  private static final int ROOM = 64;

  /// Numbers mean, mean + 1, mean, mean + 1 and so on have the variance 1/4, so they become -1 and
  /// 1, whatever the mean.
  @ParameterizedTest
  @ValueSource(floats = {0, 3, -1000, 30_000})
  void zerosBehindTheNumbersDoNotCountHoweverFarTheMeanLies(float mean) {
    var x = new float[ROOM];
    for (int i = 0; i < WIDTH; i++) {
      x[i] = mean + i % 2;
    }
    var ones = new float[ROOM];
    Arrays.fill(ones, 0, WIDTH, 1);
    try (var _ = Scope.open()) {
      var norm = new GptWeights.Norm(Tensor.of(ones, ROOM), Tensor.of(new float[ROOM], ROOM));
      NormKernel.of(norm, 1e-9, WIDTH).apply(x, 0, x);
    }
    for (int i = 0; i < ROOM; i++) {
      double expected = i >= WIDTH ? 0 : i % 2 == 0 ? -1 : 1;
      assertThat(x[i]).as("number %d", i).isCloseTo((float) expected, within(0.01f));
    }
  }
}
