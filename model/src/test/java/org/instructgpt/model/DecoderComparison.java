package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// The decoders in Java beside the operations of libtorch, token by token, for tests of any model.
public final class DecoderComparison {
  private static final int SLOTS = 20;

  private DecoderComparison() {}

  /// Whether a sampler decodes a model in Java.
  public static boolean inJava(Gpt gpt) {
    return Scope.constant(() -> VectorDecoder.fits(gpt.samplingWeights()));
  }

  /// Compares the logits of a sequence alone, and of sequences of which each begins up to three
  /// tokens after the first.
  ///
  /// @param threads of the decoders
  /// @param tolerance of each logit; in bfloat16 instead the deviation from full precision, which
  ///   the operations of libtorch round further from, is compared: at most this times theirs
  public static void compare(Gpt gpt, int threads, double tolerance) {
    Scope.constant(() -> {
      alone(gpt, threads, tolerance);
      together(gpt, 1, threads, tolerance);
      together(gpt, 5, threads, tolerance);
    });
  }

  static void alone(Gpt gpt, int threads, double tolerance) {
    var weights = gpt.samplingWeights();
    var ours = cache(gpt, DType.FLOAT32, 1);
    try (var decoder = new VectorDecoder(gpt.config(), weights, ours, threads)) {
      compare(gpt, logits(gpt, 1, (tokens, at) -> decoder.logits(tokens[0], at[0])), 1, tolerance);
    }
  }

  static void together(Gpt gpt, int rows, int threads, double tolerance) {
    var weights = gpt.samplingWeights();
    var ours = cache(gpt, BatchDecoder.cacheType(weights), rows);
    try (var decoder = new BatchDecoder(gpt.config(), weights, ours, threads)) {
      compare(gpt, logits(gpt, rows, decoder::logits), rows, tolerance);
    }
  }

  /// A cache for a decoder.
  static CachedAttention cache(Gpt gpt, DType type, int rows) {
    int head = Padding.of(gpt.config()).head();
    return new CachedAttention(gpt.config(), type, Device.CPU, rows, SLOTS, head);
  }

  private static void compare(Gpt gpt, double[] found, int rows, double tolerance) {
    double[] expected = byOperations(gpt, rows);
    if (gpt.precision() == Precision.FULL) {
      assertThat(found).containsExactly(expected, within(tolerance));
      return;
    }
    double[] full = byOperations(new Gpt(gpt.config(), Precision.FULL, gpt.parameters()), rows);
    double theirs = deviation(expected, full);
    assertThat(theirs).isPositive();
    assertThat(deviation(found, full)).isLessThan(tolerance * theirs);
  }

  private static double[] byOperations(Gpt gpt, int rows) {
    var weights = gpt.samplingWeights();
    var cache = new CachedAttention(gpt.config(), DType.FLOAT32, Device.CPU, rows, SLOTS);
    return logits(
        gpt,
        rows,
        (tokens, at) -> {
          cache.next(at);
          var places = Tensor.of(at, rows);
          var input = gpt.embed(weights, Tensor.of(tokens, rows), places);
          var hidden = gpt.blocks(weights, input, places, cache, Dropout.NONE);
          return gpt.logits(weights.unembedding(), hidden);
        });
  }

  /// Those of all steps, one after another.
  private static double[] logits(Gpt gpt, int rows, BiFunction<int[], int[], Tensor> decoder) {
    int vocabulary = gpt.config().vocabulary();
    return IntStream.range(0, SLOTS)
        .boxed()
        .flatMapToDouble(now -> {
          int[] tokens =
              IntStream.range(0, rows).map(row -> (7 * row + now * now) % vocabulary).toArray();
          int[] at = IntStream.range(0, rows).map(row -> Math.max(0, now - row % 4)).toArray();
          return Arrays.stream(decoder.apply(tokens, at).doubles());
        })
        .toArray();
  }

  /// The root of the mean square of what lies between them.
  private static double deviation(double[] x, double[] y) {
    assertThat(x).hasSameSizeAs(y);
    return Math.sqrt(
        IntStream.range(0, x.length)
            .mapToDouble(i -> (x[i] - y[i]) * (x[i] - y[i]))
            .average()
            .orElseThrow());
  }
}
