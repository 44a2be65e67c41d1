package org.instructgpt.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Blocks of q8_0 against the same in double precision.
class QuantizationTest {

  private static ByteBuffer blocks(float... values) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment floats = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
      return Quantization.q8(floats);
    }
  }

  private static float[] random(int count, double deviation, long seed) {
    var random = new Random(seed);
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  @Test
  void everyElementIsTheNearestStepOfItsBlocksScale() {
    var values = random(32 * 50, 0.02, 1);
    var bytes = blocks(values);
    assertThat(bytes.remaining()).isEqualTo(50 * 34);
    for (int b = 0; b < 50; b++) {
      double greatest = 0;
      for (int i = 0; i < 32; i++) {
        greatest = Math.max(greatest, Math.abs((double) values[32 * b + i]));
      }
      double step = greatest / 127;
      double kept = Float.float16ToFloat(bytes.getShort(34 * b));
      assertThat(kept).isBetween(step * (1 - 1.0 / 2048), step * (1 + 1.0 / 2048));
      boolean reached = false;
      for (int i = 0; i < 32; i++) {
        int q = bytes.get(34 * b + 2 + i);
        double off = Math.abs(values[32 * b + i] / step - q);
        assertThat(off).as("element %d of block %d", i, b).isLessThanOrEqualTo(0.5 + 1e-4);
        reached |= Math.abs(q) == 127;
      }
      assertThat(reached).isTrue();
    }
  }

  /// The step is 1, so the elements' fractions are what is rounded.
  @Test
  void halvesAreRoundedAwayFromZero() {
    var values = new float[32];
    values[0] = -127;
    values[1] = 0.5f;
    values[2] = -0.5f;
    values[3] = 1.4999f;
    values[4] = -2.5f;
    values[5] = 0.49999997f;
    var bytes = blocks(values);
    assertThat(Float.float16ToFloat(bytes.getShort(0))).isEqualTo(1);
    assertThat(
            new byte[] {
              bytes.get(2), bytes.get(3), bytes.get(4), bytes.get(5), bytes.get(6), bytes.get(7)
            })
        .containsExactly(-127, 1, -1, 1, -3, 0);
  }

  @Test
  void zerosAndTheSmallestNumbersStayWithinTheRange() {
    assertThat(blocks(new float[32]).array()).containsOnly(0);
    var values = new float[32];
    values[0] = Float.MIN_VALUE;
    values[1] = -Float.MIN_VALUE;
    var bytes = blocks(values);
    assertThat(Float.float16ToFloat(bytes.getShort(0))).isZero();
  }

  @Test
  void aScaleBeyondFloat16IsRefused() {
    var values = new float[32];
    values[7] = 65_504f * 127;
    assertThat(Float.float16ToFloat(blocks(values).getShort(0))).isEqualTo(65_504f);
    values[7] = 65_600f * 127;
    assertThatThrownBy(() -> blocks(values)).hasMessageContaining("too large for float16");
  }
}
