package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.instructgpt.model.GptConfig.Activation;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorDecoderTest {
  @ParameterizedTest
  @CsvSource({
    "128, GELU, 0, FULL, 1, 2e-5",
    "128, GELU_NEW, 0, FULL, 2, 2e-5",
    "128, GELU, 5, FULL, 3, 2e-5",
    "512, GELU, 0, FULL, 2, 2e-5",
    "36, GELU, 0, FULL, 1, 2e-5",
    "128, GELU, 0, MIXED, 2, 1.1",
    "128, GELU_NEW, 5, MIXED, 1, 1.1",
    "36, GELU, 0, MIXED, 1, 1.1"
  })
  void givesTheLogitsOfTheOperationsOfLibtorch(
      int width,
      Activation activation,
      int band,
      Precision precision,
      int threads,
      double tolerance) {
    var config = new GptConfig(3, width, 4, 24, 43, activation, 1e-5, 0, band);
    try (var _ = Scope.open()) {
      var gpt = new Gpt(config, precision, Device.CPU);
      gpt.initialize(new Randomness(1));
      shake(gpt);
      assertThat(DecoderComparison.inJava(gpt)).isTrue();
      Scope.constant(() -> DecoderComparison.alone(gpt, threads, tolerance));
    }
  }

  /// Gives the biases and normalisations values that are not 0 and 1.
  static void shake(Gpt gpt) {
    var random = new Randomness(2);
    Scope.constant(() ->
        gpt.parameters().byName().values().stream()
            .filter(tensor -> tensor.rank() == 1)
            .forEach(tensor -> {
              var noise = Tensor.empty(DType.FLOAT32, tensor.shape()).normal_(0, 0.2, random);
              tensor.add_(noise);
            }));
  }
}
