package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instructgpt.torch.Expect.holds;
import static org.instructgpt.torch.Expect.wave;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The matrix and network operations of [Tensor] against plain loops.
@ExtendWith(Scoped.class)
class NetworkTest {
  @Test
  void aMatrixProductIsRowsTimesColumns() {
    // (1 2 3)   (1 0)   ( 4  5)
    // (4 5 6) x (0 1) = (10 11)
    //           (1 1)
    var a = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    var b = Tensor.of(new double[] {1, 0, 0, 1, 1, 1}, 3, 2);
    holds(a.matmul(b), 4, 5, 10, 11);
    holds(a.view(1, 2, 3).bmm(b.view(1, 3, 2)), 4, 5, 10, 11);
    var bias = Tensor.of(new double[] {100, 200});
    holds(bias.addmm(a, b), 104, 205, 110, 211);
    holds(
        bias.view(1, 1, 2).expand(1, 2, 2).baddbmm(a.view(1, 2, 3), b.view(1, 3, 2), 0.5),
        102,
        202.5,
        105,
        205.5);
  }

  @Test
  void softmaxSharesOutOneAndSurvivesLargeNumbers() {
    var logits = Tensor.of(new double[] {0, Math.log(3), 1000, 1000}, 2, 2);
    holds(logits.softmax(-1), 0.25, 0.75, 0.5, 0.5);
    holds(logits.logSoftmax(1), Math.log(0.25), Math.log(0.75), Math.log(0.5), Math.log(0.5));
  }

  @Test
  void logProbsAreTheLogLikelihoodsOfTheTargets() {
    var logits = Tensor.of(new double[] {0, Math.log(3), 5, 5}, 2, 2);
    holds(Passes.logProbs(logits, Tensor.of(new long[] {1, 0}), 1), Math.log(0.75), -Math.log(2));
    var warm = Tensor.of(new double[] {0, 2 * Math.log(3)}, 1, 2);
    holds(Passes.logProbs(warm, Tensor.of(new long[] {1}), 2), Math.log(0.75));
  }

  @Test
  void geluIsNearTheIdentityRightAndNearZeroLeft() {
    var x = Tensor.of(new double[] {-1, 0, 1, 2});
    // x * Phi(x), Phi from tables of the normal distribution
    holds(x.gelu(false), -0.158655253931, 0, 0.841344746069, 1.954499736104);
    var expected = new double[4];
    var values = x.doubles();
    for (int i = 0; i < 4; i++) {
      double inner = Math.sqrt(2 / Math.PI) * (values[i] + 0.044715 * Math.pow(values[i], 3));
      expected[i] = 0.5 * values[i] * (1 + Math.tanh(inner));
    }
    holds(x.gelu(true), expected);
  }

  @Test
  void layerNormMakesRowsOfMeanZeroAndVarianceOne() {
    // mean 2, variance (1 + 0 + 1) / 3
    var normal = 1 / Math.sqrt(2 / 3.0 + 1e-5);
    holds(
        Tensor.of(new double[] {1, 2, 3}, 1, 3)
            .layerNorm(Tensor.of(new double[] {1, 1, 10}), Tensor.of(new double[] {0, 5, 0}), 1e-5),
        -normal,
        5,
        10 * normal);
  }

  @Test
  void causalAttentionIsTheLoopOverWhatLiesBefore() {
    var q = Tensor.of(wave(2 * 3 * 4 * 5, 0.1), 2, 3, 4, 5);
    var k = Tensor.of(wave(2 * 3 * 4 * 5, 0.5), 2, 3, 4, 5);
    var v = Tensor.of(wave(2 * 3 * 4 * 5, 0.9), 2, 3, 4, 5);
    var expected = new double[2 * 3 * 4 * 5];
    for (int head = 0; head < 6; head++) {
      for (int at = 0; at < 4; at++) {
        attend(q.doubles(), k.doubles(), v.doubles(), head * 20, at, expected);
      }
    }
    holds(q.causalAttention(k, v), expected);
    var mask = new double[16];
    for (int i = 0; i < 16; i++) {
      mask[i] = i % 4 > i / 4 ? Double.NEGATIVE_INFINITY : 0;
    }
    holds(q.attention(k, v, Tensor.of(mask, 4, 4)), expected);
  }

  private static void attend(
      double[] q, double[] k, double[] v, int head, int at, double[] result) {
    var weights = new double[at + 1];
    double total = 0;
    for (int s = 0; s <= at; s++) {
      double score = 0;
      for (int c = 0; c < 5; c++) {
        score += q[head + at * 5 + c] * k[head + s * 5 + c];
      }
      weights[s] = Math.exp(score / Math.sqrt(5));
      total += weights[s];
    }
    for (int s = 0; s <= at; s++) {
      for (int c = 0; c < 5; c++) {
        result[head + at * 5 + c] += weights[s] / total * v[head + s * 5 + c];
      }
    }
  }

  @Test
  void drawsHaveTheAskedMomentsAndRange() {
    var random = new Randomness(3);
    var normal = Tensor.empty(DType.FLOAT64, 20_000).normal_(2, 0.5, random);
    assertThat(normal.mean().item()).isBetween(1.98, 2.02);
    assertThat(normal.sub(2).square().mean().item()).isBetween(0.24, 0.26);
    var uniform = Tensor.empty(DType.FLOAT32, 20_000).uniform_(random);
    assertThat(uniform.min().item()).isBetween(0.0, 0.01);
    assertThat(uniform.max().item()).isBetween(0.99, 0.99999999);
    var coins = Tensor.empty(DType.FLOAT32, 20_000).bernoulli_(0.8, random);
    assertThat(coins.mean().item()).isBetween(0.785, 0.815);
    assertThat(coins.eq(0).sum().item() + coins.eq(1).sum().item()).isEqualTo(20_000);
  }
}
