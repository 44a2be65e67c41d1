package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.torch.Expect.holds;
import static org.instructgpt.torch.Expect.shape;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class TensorTest {
  /// 1 -2 3 4 0.5 -1
  private static Tensor table() {
    return Tensor.of(new double[] {1, -2, 3, 4, 0.5, -1}, 2, 3);
  }

  private static Tensor row() {
    return Tensor.of(new double[] {10, 20, 30});
  }

  @Test
  void valuesComeBackInRowMajorOrderWhateverTheirType() {
    assertThat(Tensor.of(new float[] {1.5f, -2}).floats()).containsExactly(1.5f, -2);
    assertThat(Tensor.of(new long[] {1L << 40, -1}, 2, 1).longs()).containsExactly(1L << 40, -1);
    assertThat(Tensor.of(new int[] {3, 4}).dtype()).isEqualTo(DType.INT64);
    assertThat(Tensor.of(new boolean[] {true, false}).longs()).containsExactly(1, 0);
    assertThat(table().transpose(0, 1).floats()).containsExactly(1, 4, -2, 0.5f, 3, -1);
    assertThat(Tensor.of(new double[] {1.9, -1.9}).longs()).containsExactly(1, -1);
  }

  @Test
  void valuesThatDoNotFillTheShapeAreRefused() {
    assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 values do not fill the shape [2, 3]");
  }

  @Test
  void everyMakerFillsTheShape() {
    holds(Tensor.zeros(DType.FLOAT32, 2), 0, 0);
    holds(Tensor.full(2.5, DType.FLOAT64, Device.CPU, 1, 2), 2.5, 2.5);
    holds(Tensor.range(2, 5, Device.CPU), 2, 3, 4);
    shape(Tensor.empty(DType.INT8, 3, 0), 3, 0);
    shape(Tensor.scalar(7, DType.FLOAT32));
    assertThat(Tensor.scalar(7, DType.FLOAT32).item()).isEqualTo(7);
  }

  @Test
  void aTensorWithoutElementsHasNoBytesAndNoSurprises() {
    var none = Tensor.zeros(DType.FLOAT32, 0, 3);
    assertThat(none.data().byteSize()).isZero();
    assertThat(none.floats()).isEmpty();
    assertThat(none.allFinite()).isTrue();
    assertThat(none.sameBits(Tensor.zeros(DType.FLOAT32, 0, 3))).isTrue();
    assertThat(none.sameBits(Tensor.zeros(DType.FLOAT32, 0, 4))).isFalse();
    shape(Tensor.of(new float[0]), 0);
    assertThatThrownBy(none::item).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void dataIsTheMemoryItselfOffsetIncluded() {
    var table = table();
    var second = table.select(0, 1);
    second.data().setAtIndex(java.lang.foreign.ValueLayout.JAVA_DOUBLE, 0, 9);
    holds(table, 1, -2, 3, 9, 0.5, -1);
    assertThat(second.data().byteSize()).isEqualTo(24);
    assertThatThrownBy(() -> table.transpose(0, 1).data())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("float64[3, 2] on cpu");
  }

  @Test
  void sameBitsSeesTheSignOfZeroTheTypeAndTheShape() {
    var zero = Tensor.of(new float[] {0f});
    assertThat(zero.sameBits(Tensor.of(new float[] {0f}))).isTrue();
    assertThat(zero.sameBits(Tensor.of(new float[] {-0f}))).isFalse();
    assertThat(zero.sameBits(Tensor.of(new double[] {0}))).isFalse();
    assertThat(zero.sameBits(Tensor.of(new float[] {0f}, 1, 1))).isFalse();
    var nan = Tensor.of(new float[] {Float.NaN});
    assertThat(nan.sameBits(nan.copy())).isTrue();
    assertThat(table().transpose(0, 1).sameBits(table().transpose(0, 1).contiguous())).isTrue();
  }

  @Test
  void allFiniteFindsOneInfinityOrNaN() {
    for (double odd : new double[] {Double.NaN, 1 / 0.0, -1 / 0.0}) {
      var tensor = Tensor.full(1e300, DType.FLOAT64, Device.CPU, 100);
      assertThat(tensor.allFinite()).isTrue();
      tensor.narrow(0, 57, 1).fill_(odd);
      assertThat(tensor.allFinite()).as("with %s", odd).isFalse();
    }
    assertThat(Tensor.full(3e38, DType.FLOAT32, Device.CPU, 100).allFinite()).isTrue();
    assertThat(Tensor.of(new long[] {Long.MAX_VALUE}).allFinite()).isTrue();
    assertThat(Tensor.of(new double[] {1}).to(DType.BFLOAT16).allFinite()).isTrue();
    assertThat(Tensor.of(new boolean[] {true}).allFinite()).isTrue();
  }

  @Test
  void conversionRoundsToTheNearest() {
    // bfloat16 keeps 8 bits: 1 + 1/256 lies between 1 and 1 + 1/128 and goes to the even one.
    holds(Tensor.of(new double[] {1 + 1 / 256.0, 1 + 3 / 256.0}).to(DType.BFLOAT16), 1, 1.015625);
    assertThat(table().to(DType.FLOAT16).dtype()).isEqualTo(DType.FLOAT16);
  }

  @Test
  void viewsShareMemoryAndCopiesDoNot() {
    var table = table();
    shape(table.view(3, -1), 3, 2);
    shape(table.unsqueeze(1), 2, 1, 3);
    shape(table.unsqueeze(1).squeeze(1), 2, 3);
    shape(table.view(1, 2, 3).permute(2, 0, 1), 3, 1, 2);
    shape(row().view(1, 3).expand(2, 3), 2, 3);
    assertThat(table.size(-1)).isEqualTo(3);
    assertThat(table.rank()).isEqualTo(2);
    assertThat(table.count()).isEqualTo(6);
    var copy = table.copy();
    table.narrow(1, 1, 2).zero_();
    holds(table, 1, 0, 0, 4, 0, 0);
    holds(table.transpose(0, 1).reshape(6), 1, 4, 0, 0, 0, 0);
    holds(copy, 1, -2, 3, 4, 0.5, -1);
  }

  @Test
  void arithmeticBroadcasts() {
    holds(table().add(row()), 11, 18, 33, 14, 20.5, 29);
    holds(table().add(row(), 0.1), 2, 0, 6, 5, 2.5, 2);
    holds(table().sub(row()), -9, -22, -27, -6, -19.5, -31);
    holds(table().mul(row()), 10, -40, 90, 40, 10, -30);
    holds(table().div(row()), 0.1, -0.1, 0.1, 0.4, 0.025, -1 / 30.0);
    holds(table().add(1).sub(3).mul(2).div(4), -0.5, -2, 0.5, 1, -0.75, -1.5);
    holds(table().neg().abs().square(), 1, 4, 9, 16, 0.25, 1);
    holds(table().abs().sqrt(), 1, Math.sqrt(2), Math.sqrt(3), 2, Math.sqrt(0.5), 1);
    holds(Tensor.of(new double[] {0, 1}).exp(), 1, Math.E);
    holds(Tensor.of(new double[] {1, Math.E}).log(), 0, 1);
    holds(Tensor.of(new double[] {0, Math.log(3)}).sigmoid(), 0.5, 0.75);
    holds(Tensor.of(new double[] {0, Math.log(3)}).tanh(), 0, 0.8);
    holds(Tensor.of(new double[] {0, -1000, 1000}).logSigmoid(), -Math.log(2), -1000, 0);
  }

  @Test
  void choosingTakesTheSideThatIsNamed() {
    holds(table().maximum(Tensor.scalar(0.75, DType.FLOAT64)), 1, 0.75, 3, 4, 0.75, 0.75);
    holds(table().minimum(Tensor.scalar(0.75, DType.FLOAT64)), 0.75, -2, 0.75, 0.75, 0.5, -1);
    holds(table().clamp(-1, 2), 1, -1, 2, 2, 0.5, -1);
    holds(table().where(table().gt(0), row()), 1, 20, 3, 4, 0.5, 30);
    holds(table().maskedFill(table().lt(0), -9), 1, -9, 3, 4, 0.5, -9);
  }

  @Test
  void comparisonsAreBoolean() {
    assertThat(table().eq(3).dtype()).isEqualTo(DType.BOOL);
    holds(table().eq(3), 0, 0, 1, 0, 0, 0);
    holds(table().ne(3), 1, 1, 0, 1, 1, 1);
    holds(table().lt(0.5), 0, 1, 0, 0, 0, 1);
    holds(table().le(0.5), 0, 1, 0, 0, 1, 1);
    holds(table().gt(0.5), 1, 0, 1, 1, 0, 0);
    holds(table().ge(0.5), 1, 0, 1, 1, 1, 0);
    var other = Tensor.of(new double[] {1, 0, 0});
    holds(table().eq(other), 1, 0, 0, 0, 0, 0);
    holds(table().ne(other), 0, 1, 1, 1, 1, 1);
    holds(table().lt(other), 0, 1, 0, 0, 0, 1);
    holds(table().le(other), 1, 1, 0, 0, 0, 1);
    holds(table().gt(other), 0, 0, 1, 1, 1, 0);
    holds(table().ge(other), 1, 0, 1, 1, 1, 0);
    holds(table().gt(0).and(table().lt(2)), 1, 0, 0, 0, 1, 0);
    holds(table().gt(0).not(), 0, 1, 0, 0, 0, 1);
  }

  @Test
  void reductionsTakeAwayTheirDimension() {
    holds(table().sum(), 5.5);
    holds(table().sum(0), 5, -1.5, 2);
    holds(table().sum(-1), 2, 3.5);
    shape(table().sum(1, true), 2, 1);
    holds(table().mean(), 5.5 / 6);
    holds(table().mean(1), 2 / 3.0, 3.5 / 3);
    holds(table().max(), 4);
    holds(table().min(), -2);
    holds(table().argmax(1), 2, 0);
    holds(Tensor.of(new double[] {1, 7, 7}).argmax(0), 1);
    holds(table().cumsum(1), 1, -1, 2, 4, 4.5, 3.5);
    holds(table().norm(), Math.sqrt(1 + 4 + 9 + 16 + 0.25 + 1));
    holds(table().logSumExp(1), logSumExp(1, -2, 3), logSumExp(4, 0.5, -1));
  }

  private static double logSumExp(double a, double b, double c) {
    return Math.log(Math.exp(a) + Math.exp(b) + Math.exp(c));
  }

  @Test
  void pickingFollowsTheIndex() {
    holds(table().gather(1, Tensor.of(new long[] {2, 0, 1, 1}, 2, 2)), 3, 1, 0.5, 0.5);
    holds(table().indexSelect(0, Tensor.of(new long[] {1, 1})), 4, 0.5, -1, 4, 0.5, -1);
    holds(table().embedding(Tensor.of(new long[] {1, 0}, 2, 1)), 4, 0.5, -1, 1, -2, 3);
    var sorted = Tensor.of(new double[] {0.1, 0.5, 1, 0.2, 0.2, 1}, 2, 3);
    holds(sorted.searchSorted(Tensor.of(new double[] {0.3, 0.2}, 2, 1)), 1, 2);
    holds(Tensor.cat(List.of(row(), row().neg()), 0), 10, 20, 30, -10, -20, -30);
    holds(Tensor.stack(List.of(row(), row().neg()), 1), 10, -10, 20, -20, 30, -30);
  }

  @Test
  void inPlaceOperationsChangeAndReturnTheTensor() {
    var t = Tensor.of(new double[] {1, 2, 3});
    assertThat(t.add_(row())).isSameAs(t);
    holds(t, 11, 22, 33);
    holds(t.add_(row(), -1).add_(1).sub_(Tensor.of(new double[] {1, 1, 1})), 1, 2, 3);
    holds(t.mul_(4).div_(2).mul_(t.copy()), 4, 16, 36);
    holds(t.sqrt_(), 2, 4, 6);
    holds(t.addcmul_(row(), row(), 0.01), 3, 8, 15);
    holds(t.addcdiv_(row(), row(), -3), 0, 5, 12);
    holds(t.lerp_(row(), 0.25), 2.5, 8.75, 16.5);
    holds(t.copy_(Tensor.of(new long[] {7})), 7, 7, 7);
    holds(t.indexCopy_(0, Tensor.of(new long[] {2, 0}), Tensor.of(new double[] {1, 2})), 2, 7, 1);
    holds(t.fill_(3).zero_(), 0, 0, 0);
  }

  @Test
  void gradientsAddUpInTheirLeaf() {
    var leaf = table().requireGradient(true);
    assertThat(leaf.gradient()).isNull();
    leaf.square().sum().backward();
    leaf.mul(row()).backward(table().mul(0).add(1));
    holds(Expect.gradient(leaf), 12, 16, 36, 18, 21, 28); // 2x + (10, 20, 30)
    assertThat(leaf.detach().requiresGradient()).isFalse();
    assertThat(leaf.mul(2).requiresGradient()).isTrue();
    assertThat(leaf.data().byteSize()).isEqualTo(48);
  }

  /// Of the sum of squares of the first part and three times the second.
  @Test
  void partsHaveTheirShareOfTheGradient() {
    var x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).requireGradient(true);
    var parts = x.split(1, 1, 2);
    holds(parts.get(0), 1, 4);
    holds(parts.get(1), 2, 3, 5, 6);
    parts.get(0).mul(parts.get(0)).sum().add(parts.get(1).sum().mul(3)).backward();
    holds(Expect.gradient(x), 2, 3, 3, 8, 3, 3);
  }
}
