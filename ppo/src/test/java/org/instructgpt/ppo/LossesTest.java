package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.stream.IntStream;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The losses and their slopes by cases, in double precision.
@ExtendWith(Scoped.class)
class LossesTest {
  private static final int N = 200;
  private static final double CLIP = 0.2;
  // Steps of about 0.5 around the old numbers: the clip bites on both sides, for both signs.
  private final double[] old = Toys.wave(N, 1, 0.1);
  private final double[] now = plus(old, Toys.wave(N, 0.5, 2.7));
  private final double[] target = Toys.wave(N, 1.5, 5.1);

  @Test
  void thePolicyLossAndItsSlopeAreThoseOfTheCases() {
    var logProbs = Tensor.of(now, N).requireGradient(true);
    var losses = Losses.policy(logProbs, Tensor.of(old, N), Tensor.of(target, N), CLIP);
    losses.sum().backward();
    Expect.near(
        losses.doubles(), each(i -> Loops.policyLoss(now[i], old[i], target[i], CLIP)), 1e-12);
    Expect.near(
        slope(logProbs), each(i -> Loops.policySlope(now[i], old[i], target[i], CLIP)), 1e-12);
    assertThat(slope(logProbs)).contains(0.0);
  }

  @Test
  void theValueLossAndItsSlopeAreThoseOfTheCases() {
    var values = Tensor.of(now, N).requireGradient(true);
    var losses = Losses.value(values, Tensor.of(old, N), Tensor.of(target, N), CLIP);
    losses.sum().backward();
    Expect.near(
        losses.doubles(), each(i -> Loops.valueLoss(now[i], old[i], target[i], CLIP)), 1e-12);
    Expect.near(slope(values), each(i -> Loops.valueSlope(now[i], old[i], target[i], CLIP)), 1e-12);
    assertThat(slope(values)).contains(0.0);
  }

  @Test
  void withoutAMoveTheLossIsMinusTheAdvantageAndSoIsTheSlope() {
    var logProbs = Tensor.of(old, N).requireGradient(true);
    var losses = Losses.policy(logProbs, Tensor.of(old, N), Tensor.of(target, N), CLIP);
    losses.sum().backward();
    assertThat(losses.doubles()).containsExactly(each(i -> -target[i]));
    assertThat(slope(logProbs)).containsExactly(each(i -> -target[i]));
  }

  private static double[] slope(Tensor leaf) {
    return Objects.requireNonNull(leaf.gradient()).doubles();
  }

  private static double[] each(java.util.function.IntToDoubleFunction f) {
    return IntStream.range(0, N).mapToDouble(f).toArray();
  }

  private static double[] plus(double[] a, double[] b) {
    return each(i -> a[i] + b[i]);
  }
}
