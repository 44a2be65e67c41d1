package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.stream.IntStream;
import org.instructgpt.model.GptConfig.Activation;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchDecoderTest {
  @ParameterizedTest
  @CsvSource({
    "1, 128, GELU, 0, 1",
    "2, 128, GELU_NEW, 0, 2",
    "5, 128, GELU, 5, 3",
    "6, 64, GELU, 0, 2",
    "11, 192, GELU, 3, 2",
    "13, 512, GELU, 0, 2",
    "7, 36, GELU, 4, 2"
  })
  void givesTheLogitsOfTheOperationsOfLibtorch(
      int rows, int width, Activation activation, int band, int threads) {
    var config = new GptConfig(3, width, 4, 24, 43, activation, 1e-5, 0, band);
    try (var _ = Scope.open()) {
      Scope.constant(
          () -> DecoderComparison.together(shaken(config, Precision.FULL), rows, threads, 2e-5));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 64, GELU, 0, 1",
    "5, 128, GELU_NEW, 0, 2",
    "11, 192, GELU, 3, 2",
    "7, 36, GELU, 4, 2"
  })
  void inBfloat16ItIsNoFurtherFromFullPrecisionThanTheyAre(
      int rows, int width, Activation activation, int band, int threads) {
    var config = new GptConfig(3, width, 4, 24, 150, activation, 1e-5, 0, band);
    try (var _ = Scope.open()) {
      Scope.constant(
          () -> DecoderComparison.together(shaken(config, Precision.MIXED), rows, threads, 1.1));
    }
  }

  private static Gpt shaken(GptConfig config, Precision precision) {
    var gpt = new Gpt(config, precision, Device.CPU);
    gpt.initialize(new Randomness(1));
    VectorDecoderTest.shake(gpt);
    return gpt;
  }

  @ParameterizedTest
  @CsvSource({"1, false", "2, false", "1, true", "2, true"})
  void aRowDoesNotDependOnTheOthers(int threads, boolean llama) {
    var gpt2 = new GptConfig(2, 64, 4, 24, 43, Activation.GELU, 1e-5, 0, 0);
    var config = llama ? llama() : gpt2;
    try (var _ = Scope.open()) {
      var gpt = new Gpt(config, Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(1));
      Scope.constant(() -> {
        float[] alone = lastLogits(gpt, 1, threads);
        for (int rows = 2; rows < 20; rows++) {
          float[] together = lastLogits(gpt, rows, threads);
          assertThat(Arrays.copyOf(together, 43)).as("with %d rows", rows).isEqualTo(alone);
        }
      });
    }
  }

  /// The shape of stories260K: heads that are no whole vectors, shared keys, an inner layer that is
  /// none either.
  private static GptConfig llama() {
    var layer = new Architecture.Layer(0, Optional.of(Architecture.Rotary.of(10000, 8)));
    var architecture =
        new Architecture(
            Architecture.Norm.RMS,
            Architecture.Places.BEFORE,
            0,
            false,
            Architecture.Heads.of(4, 8, false, false),
            new Architecture.Network(172, true, false),
            Collections.nCopies(3, layer),
            false,
            1,
            0,
            true);
    return new GptConfig(3, 64, 8, 24, 43, Activation.SILU, 1e-5, 0, 0)
        .withArchitecture(architecture);
  }

  private static float[] lastLogits(Gpt gpt, int rows, int threads) {
    var config = gpt.config();
    var cache = DecoderComparison.cache(gpt, DType.FLOAT32, rows);
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
