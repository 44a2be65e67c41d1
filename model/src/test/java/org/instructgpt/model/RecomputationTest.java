package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Training passes that compute activations again instead of keeping them.
class RecomputationTest {
  private static final GptConfig CONFIG =
      new GptConfig(3, 8, 2, 16, 11, GptConfig.Activation.GELU, 1e-5, 0, 0);
  private static final List<int[]> PROMPTS =
      List.of(new int[] {1, 2}, new int[] {3}, new int[] {3});
  private static final List<int[]> RESPONSES =
      List.of(new int[] {4, 5, 6}, new int[] {7}, new int[] {8, 9, 0});

  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  private static Gpt gpt(boolean recompute, DType type, Precision precision) {
    var parameters = new Parameters(Gpt.shapes(CONFIG), type, Device.CPU);
    var gpt = new Gpt(CONFIG, precision, parameters);
    gpt.initialize(new Randomness(3));
    parameters.train(new MemorySaving(MomentPrecision.FULL, recompute));
    return gpt;
  }

  /// Of the log-probabilities, squared so that the gradient depends on them.
  private static Tensor loss(Gpt gpt, double rate, Randomness random) {
    var batch = Sequences.of(PROMPTS, RESPONSES, Device.CPU);
    var logProbs = LogProbs.ofResponses(gpt, batch, 1, Dropout.of(rate, random));
    return logProbs.mul(logProbs).sum();
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT64, FULL, 0",
    "FLOAT64, FULL, 0.3",
    "FLOAT32, FULL, 0.3",
    "FLOAT32, MIXED, 0.3"
  })
  void lossAndGradientAreThoseOfKeptActivations(DType type, Precision precision, double rate) {
    var kept = gpt(false, type, precision);
    var again = gpt(true, type, precision);
    var one = new Randomness(5);
    var other = new Randomness(5);
    for (int pass = 0; pass < 2; pass++) { // gradients add up, and draws go on
      var expected = loss(kept, rate, one);
      var actual = loss(again, rate, other);
      expected.backward();
      actual.backward();
      assertThat(actual.sameBits(expected)).isTrue();
      assertThat(other.state()).isEqualTo(one.state());
    }
    // The embedding is the unembedding too, and its two gradients are added in another order.
    double close = type == DType.FLOAT64 ? 1e-12 : 1e-4;
    assertThat(again.parameters().gradient().doubles())
        .containsExactly(kept.parameters().gradient().doubles(), within(close));
    assertThat(again.parameters().gradient().abs().max().item()).isGreaterThan(1);
  }

  @Test
  void gradientsOfTwoPassesMayComeInOneBackward() {
    var kept = gpt(false, DType.FLOAT64, Precision.FULL);
    var again = gpt(true, DType.FLOAT64, Precision.FULL);
    for (var gpt : List.of(kept, again)) {
      var random = new Randomness(5);
      loss(gpt, 0.3, random).add(loss(gpt, 0.3, random)).backward();
    }
    assertThat(again.parameters().gradient().doubles())
        .containsExactly(kept.parameters().gradient().doubles(), within(1e-12));
  }

  @Test
  void nothingIsRecordedWithoutGradients() {
    var gpt = gpt(true, DType.FLOAT64, Precision.FULL);
    var loss = Scope.constant(() -> loss(gpt, 0, new Randomness(1)));
    assertThat(loss.requiresGradient()).isFalse();
  }

  @Test
  void nothingIsLeftWhenTheScopeCloses() {
    var gpt = gpt(true, DType.FLOAT64, Precision.FULL);
    step(gpt, true);
    long before = Scope.liveObjects();
    step(gpt, true);
    step(gpt, false);
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  private static void step(Gpt gpt, boolean backward) {
    try (var _ = Scope.open()) {
      var loss = loss(gpt, 0.1, new Randomness(1));
      if (backward) {
        loss.backward();
      }
    }
  }
}
