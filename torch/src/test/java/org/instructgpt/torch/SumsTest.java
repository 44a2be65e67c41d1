package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Scoped.class)
class SumsTest {
  /// As many as the smallest GPT-2 has a quarter of: enough for a plain float32 sum to lose 0.2%.
  private static final int MANY = 33_554_432;

  @Test
  void theNormOfMillionsOfFloatsIsThatOfDoubles() {
    var x = random(MANY + 5, 1);
    double exact = Math.sqrt(product(x, x));
    assertThat(x.norm().item()).isCloseTo(exact, within(1e-6 * exact));
  }

  @Test
  void theInnerProductOfMillionsOfFloatsIsThatOfDoubles() {
    var x = random(MANY + 5, 1);
    var y = random(MANY + 5, 2).add_(x, 0.01);
    double exact = product(x, y);
    assertThat(x.dot(y).item()).isCloseTo(exact, within(1e-6 * product(x, x)));
  }

  @Test
  void theSumAndTheMeanOfMillionsOfFloatsAreThoseOfDoubles() {
    var x = random(MANY + 5, 1).square();
    double exact = product(x, Tensor.zeros(DType.FLOAT32, x.count()).fill_(1));
    assertThat(x.sum().item()).isCloseTo(exact, within(1e-6 * exact));
    assertThat(x.mean().item()).isCloseTo(exact / x.count(), within(1e-6 * exact / x.count()));
  }

  // 65,536 is the length of a piece, 1,048,576 that of a chunk.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 65_535, 65_536, 65_537, 131_072, 1_048_577})
  void everyElementCountsWhereverThePiecesEnd(int count) {
    var ones = Tensor.zeros(DType.FLOAT32, count).fill_(1);
    assertThat(ones.norm().item()).isCloseTo(Math.sqrt(count), within(1e-6 * count));
    assertThat(ones.dot(ones).item()).isEqualTo(count);
  }

  @Test
  void everyTypeAndShapeHasANormInFloat64() {
    for (var type : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16}) {
      var x = Tensor.of(new double[] {3, 0, 0, 4}, 2, 2).to(type);
      assertThat(x.norm().dtype()).isEqualTo(DType.FLOAT64);
      assertThat(x.norm().item()).isEqualTo(5);
      assertThat(x.transpose(0, 1).dot(x).item()).isEqualTo(25);
    }
  }

  @Test
  void tensorsOfTwoSizesHaveNoInnerProduct() {
    assertThatThrownBy(() -> random(3, 1).dot(random(4, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("differ in size");
  }

  @Test
  void normAndInnerProductLeaveNothingBehind() {
    var x = random(2_000_000, 1);
    var _ = x.norm();
    long before = Scope.liveObjects();
    try (var _ = Scope.open()) {
      assertThat(x.norm().item()).isPositive();
      assertThat(x.dot(x).item()).isPositive();
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  private static Tensor random(int count, long seed) {
    return Tensor.zeros(DType.FLOAT32, count).normal_(0, 1e-3, new Randomness(seed));
  }

  /// The inner product as a loop in double precision.
  private static double product(Tensor x, Tensor y) {
    float[] a = x.data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
    float[] b = y.data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
