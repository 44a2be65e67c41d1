package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.torch.Expect.holds;

import java.util.LinkedHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class ScopeTest {
  @Test
  void fiftyTrainingStepsLeaveNothingBehind() {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("w", new long[] {8, 8});
    shapes.put("b", new long[] {8});
    var parameters = new Parameters(shapes, DType.FLOAT32, Device.CPU);
    parameters.flat().normal_(0, 0.1, new Randomness(1));
    var optimizer = new AdamW(parameters, AdamW.Settings.gpt3(0.1));
    var ema = new Ema(parameters, 0.9);
    step(parameters, optimizer, ema); // what libtorch keeps from a first call
    long before = Scope.liveObjects();
    for (int i = 0; i < 50; i++) {
      step(parameters, optimizer, ema);
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
    assertThat(optimizer.steps()).isEqualTo(51);
  }

  private static void step(Parameters parameters, AdamW optimizer, Ema ema) {
    try (var _ = Scope.open()) {
      var x = Tensor.of(Expect.wave(32, 1), 4, 8).to(DType.FLOAT32);
      var y = parameters.get("b").addmm(x, parameters.get("w")).gelu(true);
      Passes.logProbs(y, Tensor.of(new long[] {1, 2, 3, 4}), 1).mean().neg().backward();
      assertThat(parameters.gradient().allFinite()).isTrue();
    }
    optimizer.step(1e-3);
    ema.update();
    try (var _ = Scope.open()) {
      var average = ema.average().copy();
      ema.swappedIn(() -> assertThat(parameters.flat().sameBits(average)).isTrue());
    }
  }

  @Test
  void aScopeFreesWhatWasMadeInsideAndNothingElse() {
    var outside = Tensor.of(new double[] {1, 2});
    long before = Scope.liveObjects();
    try (var _ = Scope.open()) {
      var _ = outside.mul(2).add(1);
      assertThat(Scope.liveObjects()).isGreaterThan(before);
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
    holds(outside, 1, 2);
  }

  @Test
  void tidyKeepsTheResultAlone() {
    var x = Tensor.of(new double[] {1, 2});
    long before = Scope.liveObjects();
    var result = Tensor.tidy(() -> x.mul(2).add(1).square());
    assertThat(Scope.liveObjects()).isEqualTo(before + 1);
    holds(result, 9, 25);
    assertThat(Tensor.tidy(() -> x)).isSameAs(x);
    holds(x, 1, 2);
  }

  @Test
  void tidyHandsItsResultToTheScopeAround() {
    long before = Scope.liveObjects();
    try (var _ = Scope.open()) {
      holds(Tensor.tidy(() -> Tensor.tidy(() -> Tensor.of(new double[] {3}).add(1))), 4);
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void tidyWithoutAScopeAroundGivesAResultThatLives() throws InterruptedException {
    var result = new AtomicReference<double[]>();
    var thread =
        new Thread(() -> {
          var kept = Tensor.tidy(() -> Tensor.of(new double[] {3, 4}).add(1));
          try (var _ = Scope.open()) {
            result.set(kept.mul(1).doubles());
          }
          kept.handle.close();
        });
    thread.start();
    thread.join();
    assertThat(result.get()).containsExactly(4, 5);
  }

  @Test
  void tensorsOfABodyThatFailsAreFreed() {
    var x = Tensor.of(new double[] {2, 3});
    long before = Scope.liveObjects();
    assertThatThrownBy(() ->
            Tensor.tidy(() -> {
              var _ = x.mul(2);
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");
    assertThat(Scope.liveObjects()).isEqualTo(before);
    assertThat(Tensor.tidy(() -> x.add(1)).count()).isEqualTo(2);
  }

  @Test
  void constantRecordsNothingAndGradientsComeBackEvenAfterAFailure() {
    var x = Tensor.of(new double[] {2, 3}).requireGradient(true);
    assertThat(Scope.constant(() -> x.mul(2)).requiresGradient()).isFalse();
    assertThat(x.mul(2).requiresGradient()).isTrue();
    assertThatThrownBy(() ->
            Scope.constant(() -> {
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");
    assertThat(x.mul(2).requiresGradient()).isTrue();
    Scope.constant(() -> {
      Scope.constant(() -> x.add_(1));
      assertThat(x.mul(2).requiresGradient()).as("the inner one ended").isFalse();
    });
    assertThat(x.mul(2).requiresGradient()).isTrue();
    holds(x, 3, 4);
  }

  @Test
  void constantWorksWithoutAScopeAround() throws InterruptedException {
    var during = new AtomicBoolean(true);
    var after = new AtomicBoolean();
    var thread =
        new Thread(() -> {
          Scope.constant(() -> during.set(records()));
          after.set(records());
        });
    thread.start();
    thread.join();
    assertThat(during).isFalse();
    assertThat(after).isTrue();
  }

  private static boolean records() {
    try (var _ = Scope.open()) {
      return Tensor.of(new double[] {2}).requireGradient(true).mul(2).requiresGradient();
    }
  }
}
