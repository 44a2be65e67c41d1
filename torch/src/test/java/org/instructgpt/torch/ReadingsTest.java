package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class ReadingsTest {
  @Test
  void whatWasNotedIsReadInItsOrderAfterItsScopeHasClosed() {
    var readings = new Readings();
    for (int i = 0; i < 3; i++) {
      try (var _ = Scope.open()) {
        readings.add(Tensor.of(new float[] {i, i + 0.1f}, 2, 1));
        readings.add(Tensor.scalar(-i, DType.FLOAT64));
      }
    }
    assertThat(readings.read()).containsExactly(0, 0.1f, 0, 1, 1.1f, -1, 2, 2.1f, -2);
    assertThat(readings.sum()).isEqualTo(0.0 + 0.1f + 1 + 1.1f - 1 + 2 + 2.1f - 2);
  }

  @Test
  void nothingNotedIsNothingRead() {
    assertThat(new Readings().read()).isEmpty();
    assertThat(new Readings().sum()).isZero();
  }

  @Test
  void noGradientsAreRecordedForWhatIsNoted() {
    var weight = Tensor.of(new float[] {2}).requireGradient(true);
    var readings = new Readings();
    readings.add(weight.mul(3));
    assertThat(readings.read()).containsExactly(6);
    weight.mul(3).sum().backward();
    assertThat(weight.gradient().item()).isEqualTo(3);
  }

  @Test
  void whatIsNotedLivesAsLongAsTheScopeOfTheReadings() {
    long before = Scope.liveObjects();
    try (var _ = Scope.open()) {
      var readings = new Readings();
      try (var _ = Scope.open()) {
        readings.add(Tensor.of(new float[] {1, 2}));
      }
      assertThat(readings.sum()).isEqualTo(3);
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }
}
