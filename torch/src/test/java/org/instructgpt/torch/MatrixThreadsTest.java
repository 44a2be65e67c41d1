package org.instructgpt.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
@Timeout(60)
@SuppressWarnings("restricted")
class MatrixThreadsTest {
  private static final int SIZE = 300;

  private final int before = Engine.threads();

  @BeforeEach
  void twoThreads() {
    Engine.useThreads(2);
    assumeTrue(
        Loader.addressof("openblas_get_num_threads") != null,
        "libtorch multiplies with another library than OpenBLAS");
  }

  @AfterEach
  void asBefore() {
    Engine.useThreads(before);
  }

  private static int count() throws Throwable {
    var get = MatrixThreads.function("openblas_get_num_threads", FunctionDescriptor.of(JAVA_INT));
    return (int) get.invokeExact();
  }

  private static Tensor noise(long seed, long... shape) {
    return Tensor.empty(DType.FLOAT64, shape).normal_(0, 1, new Randomness(seed));
  }

  private static double distance(double[] actual, double[] expected) {
    return IntStream.range(0, expected.length)
        .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
        .max()
        .orElseThrow();
  }

  @Test
  void openBlasHasTheCallback() {
    var variable = Loader.addressof("openblas_threads_callback_");
    var pointer = MemorySegment.ofAddress(variable.address()).reinterpret(8);
    assertThat(pointer.get(JAVA_LONG, 0)).isNotZero();
  }

  @Test
  void productsAreRightWithAnyNumberOfThreads() {
    var a = noise(1, SIZE, SIZE);
    var b = noise(2, SIZE, SIZE);
    double[] expected = a.view(SIZE, SIZE, 1).mul(b.view(1, SIZE, SIZE)).sum(1).doubles();
    for (int threads = 1; threads <= 5; threads++) {
      Engine.useThreads(threads);
      assertThat(distance(a.matmul(b).doubles(), expected)).isLessThan(1e-10);
    }
  }

  @Test
  void twoProgramThreadsMultiplyAtOnce() throws Exception {
    var a = noise(1, SIZE, SIZE);
    double[] expected = a.matmul(a).doubles();
    try (var threads = Executors.newFixedThreadPool(2)) {
      Callable<Void> work =
          () -> {
            Engine.useThreads(2);
            for (int i = 0; i < 50; i++) {
              try (var _ = Scope.open()) {
                assertThat(distance(a.matmul(a).doubles(), expected)).isLessThan(1e-10);
              }
            }
            return null;
          };
      for (var done : threads.invokeAll(List.of(work, work))) {
        done.get();
      }
    }
  }

  private static double[] attention(Tensor q, Tensor k, Tensor v) {
    return q.matmul(k.transpose(1, 2))
        .mul(1 / Math.sqrt(q.size(-1)))
        .softmax(-1)
        .matmul(v)
        .doubles();
  }

  /// The products of a parallel loop: each thread's own, and, though nothing should ask for that,
  /// split among more threads than there are.
  @Test
  void productsInsideAParallelOperationAreRight() throws Throwable {
    var q = noise(1, 1, 4, SIZE, 64);
    var k = noise(2, 1, 4, SIZE, 64);
    var v = noise(3, 1, 4, SIZE, 64);
    double[] expected = attention(q.view(4, SIZE, 64), k.view(4, SIZE, 64), v.view(4, SIZE, 64));
    assertThat(distance(q.attention(k, v, null).doubles(), expected)).isLessThan(1e-10);
    assertThat(count()).isEqualTo(2);
    var split =
        new Tensor(
            torch.scaled_dot_product_attention(
                q.handle,
                k.handle,
                v.handle,
                new TensorOptional(),
                0.0,
                false,
                new DoubleOptional(),
                false));
    assertThat(distance(split.doubles(), expected)).isLessThan(1e-10);
  }

  @Test
  void afterTheGradientsOfAnAttentionProductsHaveAllThreadsAgain() throws Throwable {
    var q = noise(1, 1, 2, 40, 32).requireGradient(true);
    var k = noise(2, 1, 2, 40, 32);
    var v = noise(3, 1, 2, 40, 32).requireGradient(true);
    q.mul(2).attention(k, v.mul(3), null).mul(noise(4, 1, 2, 40, 32)).sum().backward();
    assertThat(count()).isEqualTo(2);
    assertThat(q.gradient()).isNotNull();
    assertThat(v.gradient()).isNotNull();
  }

  /// What is made in a backward pass and lives on, after so many attentions.
  private static long leftBehind(int attentions) {
    try (var _ = Scope.open()) {
      var x = noise(1, 1, 2, 40, 32).requireGradient(true);
      var y = x;
      for (int i = 0; i < attentions; i++) {
        y = y.attention(y, y, null);
      }
      var sum = y.sum();
      long before = Scope.liveObjects();
      sum.backward();
      return Scope.liveObjects() - before;
    }
  }

  @Test
  void noGradientOutlivesTheBackwardPass() {
    assertThat(leftBehind(1)).isEqualTo(leftBehind(4));
  }
}
