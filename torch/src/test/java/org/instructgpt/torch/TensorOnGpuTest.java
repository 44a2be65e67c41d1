package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the tensor layer does by other means on an accelerator.
@OnGpu
@ExtendWith(Scoped.class)
class TensorOnGpuTest {
  @ParameterizedTest
  @EnumSource(DType.class)
  void whatGoesThereComesBackAsItWent(DType type) {
    var here = Tensor.of(new int[] {0, 1, 2, 3, 4, 5}, 2, 3).to(type);
    var there = here.to(OnGpu.DEVICE);
    assertThat(there.device()).isEqualTo(OnGpu.DEVICE);
    assertThat(there.to(Device.CPU).sameBits(here)).isTrue();
  }

  /// Small tensors are fetched while the program goes on, from a copy that must live so long;
  /// larger ones than 64 MiB are not.
  @Test
  void manySmallAndALargeOneArriveWhole() {
    var sum = Tensor.zeros(DType.FLOAT64, OnGpu.DEVICE);
    double expected = 0;
    for (int i = 0; i < 1000; i++) {
      try (var _ = Scope.open()) {
        var numbers = Expect.wave(5000, i);
        sum.add_(Tensor.of(numbers).to(OnGpu.DEVICE).sum());
        for (double number : numbers) {
          expected += number;
        }
      }
    }
    assertThat(sum.item()).isCloseTo(expected, within(1e-6));
    var large = Tensor.full(0.5, DType.FLOAT32, Device.CPU, 20_000_000);
    assertThat(large.to(OnGpu.DEVICE).sum().item()).isEqualTo(10_000_000);
  }

  @Test
  void aNormOfManyElementsIsThatOfTheProcessor() {
    var here = Tensor.empty(DType.FLOAT32, 3_000_001).normal_(0, 1, new Randomness(1));
    double norm = here.norm().item();
    assertThat(here.to(OnGpu.DEVICE).norm().item()).isCloseTo(norm, within(1e-6 * norm));
    double dot = here.dot(here).item();
    var there = here.to(OnGpu.DEVICE);
    assertThat(there.dot(there).item()).isCloseTo(dot, within(1e-6 * dot));
  }

  /// From gradients that are not clipped to such that are; a few hundred elements are not worth the
  /// chunks, but the steps are the same.
  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 10})
  void stepsOfAdamWAreThoseOfTheProcessor(double size) {
    var here = parameters(Device.CPU);
    var there = parameters(OnGpu.DEVICE);
    var ours = new AdamW(here, AdamW.Settings.gpt3(0.1));
    var theirs = new AdamW(there, AdamW.Settings.gpt3(0.1));
    for (int step = 0; step < 5; step++) {
      var gradient = Tensor.of(Expect.wave((int) here.flat().count(), step)).mul(size);
      here.gradient().copy_(gradient);
      there.gradient().copy_(gradient);
      double norm = ours.step(1e-2);
      assertThat(theirs.step(1e-2)).isCloseTo(norm, within(1e-6 * norm));
      assertThat(there.gradient().norm().item()).isZero();
    }
    Expect.close(there.flat().doubles(), here.flat().doubles(), 1e-6);
  }

  private static Parameters parameters(Device device) {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("weight", new long[] {20, 30});
    shapes.put("bias", new long[] {16});
    var parameters = new Parameters(shapes, DType.FLOAT32, device);
    parameters.flat().copy_(Tensor.of(Expect.wave((int) parameters.flat().count(), 0.5)));
    return parameters.train();
  }

  @Test
  void numbersNotedThereAreReadHere() {
    var readings = new Readings();
    for (int i = 0; i < 3; i++) {
      try (var _ = Scope.open()) {
        readings.add(Tensor.of(new float[] {i, -i}).to(OnGpu.DEVICE));
      }
    }
    assertThat(readings.read()).containsExactly(0, 0, 1, -1, 2, -2);
  }

  @Test
  void aStreamThereGoesOnFromItsSavedState() {
    var random = Randomness.at(7, "dropout", 3, OnGpu.DEVICE);
    var first = draw(random);
    byte[] state = random.state();
    var second = draw(random);
    assertThat(second).isNotEqualTo(first);
    var other = new Randomness(99, OnGpu.DEVICE);
    other.restore(state);
    assertThat(draw(other)).isEqualTo(second);
    assertThat(draw(Randomness.at(7, "dropout", 3, OnGpu.DEVICE))).isEqualTo(first);
    assertThat(draw(Randomness.at(8, "dropout", 3, OnGpu.DEVICE))).isNotEqualTo(first);
  }

  private static float[] draw(Randomness random) {
    return Tensor.empty(DType.FLOAT32, OnGpu.DEVICE, 5).uniform_(random).floats();
  }
}
