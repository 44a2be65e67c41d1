package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.instructgpt.model.GptConfig.Activation;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchDecoderTest {
  private static final int SLOTS = 20;

  @ParameterizedTest
  @CsvSource({
    "1, 128, GELU, 0, 1",
    "2, 128, GELU_NEW, 0, 2",
    "5, 128, GELU, 5, 3",
    "6, 64, GELU, 0, 2",
    "11, 192, GELU, 3, 2",
    "13, 512, GELU, 0, 2"
  })
  void givesTheLogitsOfTheOperationsOfLibtorch(
      int rows, int width, Activation activation, int band, int threads) {
    var config = new GptConfig(3, width, 4, 24, 43, activation, 1e-5, 0, band);
    try (var _ = Scope.open()) {
      Scope.constant(() -> compare(shaken(config, Precision.FULL), rows, threads, 2e-5));
    }
  }

  /// The logits are up to 3, where bfloat16 has steps of 1/64.
  @ParameterizedTest
  @CsvSource({"1, 64, GELU, 0, 1", "5, 128, GELU_NEW, 0, 2", "11, 192, GELU, 3, 2"})
  void givesThemInBfloat16WithinItsRounding(
      int rows, int width, Activation activation, int band, int threads) {
    var config = new GptConfig(3, width, 4, 24, 150, activation, 1e-5, 0, band);
    try (var _ = Scope.open()) {
      Scope.constant(() -> compare(shaken(config, Precision.MIXED), rows, threads, 0.03));
    }
  }

  private static Gpt shaken(GptConfig config, Precision precision) {
    var gpt = new Gpt(config, precision, Device.CPU);
    gpt.initialize(new Randomness(1));
    VectorDecoderTest.shake(gpt);
    return gpt;
  }

  /// Row r begins r mod 4 tokens later than the first.
  private static void compare(Gpt gpt, int rows, int threads, double tolerance) {
    var config = gpt.config();
    int vocabulary = config.vocabulary();
    var weights = gpt.samplingWeights();
    assertThat(BatchDecoder.fits(config, weights)).isTrue();
    var type = BatchDecoder.cacheType(weights);
    var ours = new CachedAttention(config, type, Device.CPU, rows, SLOTS);
    var theirs = new CachedAttention(config, DType.FLOAT32, Device.CPU, rows, SLOTS);
    try (var decoder = new BatchDecoder(config, weights, ours, threads)) {
      for (int step = 0; step < SLOTS; step++) {
        int now = step;
        int[] tokens =
            IntStream.range(0, rows).map(row -> (7 * row + now * now) % vocabulary).toArray();
        int[] at = IntStream.range(0, rows).map(row -> Math.max(0, now - row % 4)).toArray();
        theirs.next(at);
        var places = Tensor.of(at, rows);
        var input = gpt.embed(weights, Tensor.of(tokens, rows), places);
        var hidden = gpt.blocks(weights, input, places, theirs, Dropout.NONE);
        double[] expected = gpt.logits(weights.unembedding(), hidden).doubles();
        assertThat(decoder.logits(tokens, at).doubles())
            .containsExactly(expected, within(tolerance));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void aRowDoesNotDependOnTheOthers(int threads) {
    var config = new GptConfig(2, 64, 4, 24, 43, Activation.GELU, 1e-5, 0, 0);
    try (var _ = Scope.open()) {
      var gpt = new Gpt(config, Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(1));
      Scope.constant(() -> {
        float[] alone = lastLogits(gpt, 1, threads);
        float[] together = lastLogits(gpt, 9, threads);
        assertThat(Arrays.copyOf(together, 43)).isEqualTo(alone);
      });
    }
  }

  private static float[] lastLogits(Gpt gpt, int rows, int threads) {
    var config = gpt.config();
    var cache = new CachedAttention(config, DType.FLOAT32, Device.CPU, rows, SLOTS);
    try (var decoder = new BatchDecoder(config, gpt.samplingWeights(), cache, threads)) {
      float[] logits = {};
      for (int step = 0; step < 6; step++) {
        int now = step;
        int[] tokens = IntStream.range(0, rows).map(row -> (row + 5 * now) % 43).toArray();
        int[] at = new int[rows];
        Arrays.fill(at, now);
        logits = decoder.logits(tokens, at).floats();
      }
      return logits;
    }
  }
}
