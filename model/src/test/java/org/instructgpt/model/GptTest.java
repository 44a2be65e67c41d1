package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.instructgpt.model.GptConfig.Activation;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// [Gpt] against [ReferenceGpt], and what must hold of any causal model.
class GptTest {
  private static final int[][] ROWS = {{3, 1, 4, 1, 5, 9, 2}, {6, 5, 3, 5, 8, 9, 7}};
  private static final int[][] NEXT = {{1, 4, 1, 5, 9, 2, 6}, {5, 3, 5, 8, 9, 7, 9}};
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static GptConfig config(Activation activation, int band) {
    return new GptConfig(3, 12, 3, 16, 11, activation, 1e-5, 0, band);
  }

  private static ReferenceGpt reference(GptConfig config) {
    return new ReferenceGpt(config, ReferenceGpt.weights(Gpt.shapes(config)));
  }

  private static Gpt gpt(ReferenceGpt reference, GptConfig config) {
    var parameters = new Parameters(Gpt.shapes(config), DType.FLOAT64, Device.CPU).train();
    reference.copyTo(parameters);
    return new Gpt(config, Precision.FULL, parameters);
  }

  private static Tensor tokens(int[]... rows) {
    int[] ids = Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
    return Tensor.of(ids, rows.length, rows[0].length);
  }

  private static Tensor loss(Gpt gpt, Dropout dropout) {
    return LogProbs.ofNext(gpt, tokens(ROWS), tokens(NEXT), dropout).mean().neg();
  }

  /// The mean loss of all rows; its gradients are added up.
  private static double loss(ReferenceGpt reference, ReferenceGpt.Scaling scaling) {
    double sum = 0;
    int count = ROWS.length * ROWS[0].length;
    for (int b = 0; b < ROWS.length; b++) {
      int row = b;
      var read =
          reference.read(
              ROWS[b], (branch, t, c) -> scaling.at(branch, row * ROWS[0].length + t, c));
      for (int t = 0; t < ROWS[b].length; t++) {
        sum -= read.logProb(t, NEXT[b][t]);
      }
      var factors = new double[ROWS[b].length];
      Arrays.fill(factors, -1.0 / count);
      read.backLogProbs(NEXT[b], factors);
    }
    return sum / count;
  }

  private static void assertGradients(Gpt gpt, ReferenceGpt reference) {
    reference
        .gradients()
        .forEach((name, expected) ->
            assertClose(name, gpt.parameters().get(name).gradient().doubles(), expected));
  }

  /// Keys have a bias that softmax takes away again, so its gradient is rounding noise, which Adam
  /// divides by epsilon: weights are compared to 1e-9 of the greatest of their tensor.
  private static void assertWeights(Gpt gpt, Map<String, double[]> weights) {
    weights.forEach((name, expected) -> {
      double greatest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      assertThat(gpt.parameters().get(name).doubles())
          .as(name)
          .containsExactly(expected, within(1e-9 * greatest));
    });
  }

  /// To 1e-9 of each entry and, for entries that are rounding noise, 1e-13 of the greatest.
  private static void assertClose(String name, double[] actual, double[] expected) {
    double greatest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("%s[%d]", name, i)
          .isCloseTo(expected[i], within(1e-9 * Math.abs(expected[i]) + 1e-13 * greatest));
    }
  }

  @ParameterizedTest
  @CsvSource({"GELU, 0", "GELU_NEW, 0", "GELU, 3", "GELU_NEW, 3"})
  void logitsAreThoseOfTheLoops(Activation activation, int band) {
    var config = config(activation, band);
    var reference = reference(config);
    var gpt = gpt(reference, config);
    var hidden = gpt.hidden(tokens(ROWS), Dropout.NONE);
    double[] logits = gpt.logits(hidden.view(-1, config.width())).doubles();
    double[] expected =
        Arrays.stream(ROWS)
            .flatMap(row -> Arrays.stream(reference.read(row).logits()))
            .flatMapToDouble(Arrays::stream)
            .toArray();
    assertClose("logits", logits, expected);
  }

  @ParameterizedTest
  @CsvSource({
    "true, true, false, 0",
    "false, false, false, 0",
    "false, true, true, 0",
    "true, true, true, 3",
    "true, false, true, 3"
  })
  void scalingOfAttentionIsThatOfTheLoops(
      boolean byWidth, boolean byLayer, boolean upcast, int band) {
    var config =
        config(Activation.GELU_NEW, band)
            .withScaling(new GptConfig.Scaling(byWidth, byLayer, upcast));
    var reference = reference(config);
    var gpt = gpt(reference, config);
    var loss = loss(gpt, Dropout.NONE);
    loss.backward();
    assertThat(loss.item()).isCloseTo(loss(reference, (_, _, _) -> 1), within(1e-11));
    assertGradients(gpt, reference);
    var usual = gpt(reference, config(Activation.GELU_NEW, band));
    assertThat(Math.abs(loss.item() - loss(usual, Dropout.NONE).item()) > 1e-4)
        .isEqualTo(!byWidth || byLayer);
  }

  /// Of queries and keys in bfloat16 whose products go into the hundreds: rounded to bfloat16 such
  /// a score is off by up to a half.
  @ParameterizedTest
  @CsvSource({"0, false", "0, true", "3, false", "3, true"})
  void attentionScoresMayBeOfFullPrecisionUnderMixed(int band, boolean cached) {
    double[] errors = new double[2];
    for (int upcast = 0; upcast < 2; upcast++) {
      var config =
          new GptConfig(2, 32, 2, 16, 11, Activation.GELU, 1e-5, 0, band)
              .withScaling(new GptConfig.Scaling(false, true, upcast == 1));
      var qkv =
          Tensor.zeros(DType.FLOAT32, 12, 96).normal_(0, 4, new Randomness(1)).to(DType.BFLOAT16);
      double[] flat = qkv.to(DType.FLOAT32).doubles();
      var rows = new double[12][];
      for (int t = 0; t < 12; t++) {
        rows[t] = Arrays.copyOfRange(flat, 96 * t, 96 * (t + 1));
        for (int c = 0; c < 32; c++) {
          rows[t][c] *= 4.0 / 2; // layer 1, and not divided by the root of 16
        }
      }
      double[] expected =
          Arrays.stream(Loops.mix(rows, 2, band)).flatMapToDouble(Arrays::stream).toArray();
      double[] found = (cached ? cached(config, qkv) : whole(config, qkv)).doubles();
      for (int i = 0; i < expected.length; i++) {
        errors[upcast] += Math.abs(found[i] - expected[i]) / expected.length;
      }
    }
    assertThat(errors[1]).isLessThan(0.01).isLessThan(errors[0] / 3);
  }

  private static Tensor whole(GptConfig config, Tensor qkv) {
    return new CausalAttention(
            config, Packing.even(1, 12), Precision.MIXED, DType.FLOAT32, Device.CPU)
        .mix(1, qkv)
        .to(DType.FLOAT32);
  }

  /// Eleven tokens at once, then one.
  private static Tensor cached(GptConfig config, Tensor qkv) {
    var cache = new CachedAttention(config, DType.FLOAT32, Device.CPU, 1, 12);
    var prompt = Prefill.of(List.of(new int[11]), new int[] {0}, 12);
    var causal =
        new CausalAttention(config, prompt.packing(), Precision.MIXED, DType.FLOAT32, Device.CPU);
    var mixed = Tensor.zeros(DType.FLOAT32, 12, 32);
    mixed.narrow(0, 0, 11).copy_(cache.fill(prompt, causal).mix(1, qkv.narrow(0, 0, 11)));
    cache.next(new int[] {11});
    mixed.narrow(0, 11, 1).copy_(cache.mix(1, qkv.narrow(0, 11, 1)));
    return mixed;
  }

  @ParameterizedTest
  @CsvSource({"GELU, 0", "GELU_NEW, 0", "GELU, 3", "GELU_NEW, 3"})
  void lossAndEveryGradientAreThoseOfTheLoops(Activation activation, int band) {
    var config = config(activation, band);
    var reference = reference(config);
    var gpt = gpt(reference, config);
    var loss = loss(gpt, Dropout.NONE);
    loss.backward();
    assertThat(loss.item()).isCloseTo(loss(reference, (_, _, _) -> 1), within(1e-11));
    assertGradients(gpt, reference);
  }

  @Test
  void theBandMatters() {
    var dense = gpt(reference(config(Activation.GELU, 0)), config(Activation.GELU, 0));
    var banded = gpt(reference(config(Activation.GELU, 3)), config(Activation.GELU, 3));
    assertThat(loss(banded, Dropout.NONE).item())
        .isNotCloseTo(loss(dense, Dropout.NONE).item(), within(1e-6));
  }

  @Test
  void dropoutFollowsEachBranchBeforeTheResidualSum() {
    var config = config(Activation.GELU, 0);
    var reference = reference(config);
    var gpt = gpt(reference, config);
    var masks = new ArrayList<double[]>();
    Dropout recorded =
        branch -> {
          var mask = Dropout.of(0.2, new Randomness(masks.size())).apply(branch.mul(0).add(1));
          masks.add(mask.doubles());
          return branch.mul(mask.detach());
        };
    var loss = loss(gpt, recorded);
    loss.backward();
    assertThat(masks).hasSize(2 * config.layers());
    double expected = loss(reference, (branch, t, c) -> masks.get(branch)[t * config.width() + c]);
    assertThat(loss.item()).isCloseTo(expected, within(1e-11));
    assertGradients(gpt, reference);
  }

  @Test
  void tenStepsAreThoseOfTheLoops() {
    var config = config(Activation.GELU, 3);
    var reference = reference(config);
    var gpt = gpt(reference, config);
    var settings = new AdamW.Settings(0.9, 0.95, 1e-8, 0.1, 1.0);
    var schedule = Schedule.cosine(1e-2, 0.1, 10).warmedUp(2, 0.5);
    var learner = new Learner("gpt", gpt.parameters(), settings, schedule);
    var optimizer = new ReferenceAdamW(Gpt.shapes(config), settings);
    double first = loss(gpt, Dropout.NONE).item();
    for (int step = 0; step < 10; step++) {
      loss(gpt, Dropout.NONE).backward();
      loss(reference, (_, _, _) -> 1);
      double norm =
          optimizer.step(reference.weights(), reference.gradients(), learner.learningRate(step));
      assertThat(learner.step(step)).isCloseTo(norm, within(1e-9 * norm));
    }
    assertThat(loss(gpt, Dropout.NONE).item()).isLessThan(first - 0.5);
    assertWeights(gpt, reference.weights());
  }

  @Test
  void laterTokensDoNotReachBack() {
    var config = config(Activation.GELU_NEW, 3);
    var gpt = gpt(reference(config), config);
    double[] whole = gpt.hidden(tokens(ROWS[0]), Dropout.NONE).narrow(1, 0, 4).doubles();
    double[] begin = gpt.hidden(tokens(Arrays.copyOf(ROWS[0], 4)), Dropout.NONE).doubles();
    assertThat(whole).containsExactly(begin, within(1e-12));
  }

  @Test
  void dropoutKeepsTheMeanAndTheSameStreamDropsTheSame() {
    var ones = Tensor.full(1, DType.FLOAT32, Device.CPU, 400, 500);
    var dropped = Dropout.of(0.2, new Randomness(5)).apply(ones);
    assertThat(dropped.mean().item()).isCloseTo(1, within(0.005));
    assertThat(dropped.eq(0).to(DType.FLOAT32).mean().item()).isCloseTo(0.2, within(0.005));
    assertThat(Dropout.of(0.2, new Randomness(5)).apply(ones).sameBits(dropped)).isTrue();
    assertThat(Dropout.of(0.2, new Randomness(6)).apply(ones).sameBits(dropped)).isFalse();
    assertThat(Dropout.of(0, new Randomness(5))).isSameAs(Dropout.NONE);
  }

  /// So a resumed or repeated run in another precision drops the same entries.
  @Test
  void dropoutInBfloat16DropsWhatFloat32Drops() {
    for (double rate : new double[] {0.1, 0.2, 0.5}) {
      var single = Tensor.full(1, DType.FLOAT32, Device.CPU, 37, 29);
      var dropped = Dropout.of(rate, new Randomness(5)).apply(single);
      var half = Dropout.of(rate, new Randomness(5)).apply(single.to(DType.BFLOAT16));
      assertThat(half.sameBits(dropped.to(DType.BFLOAT16))).isTrue();
      assertThat(dropped.eq(0).to(DType.FLOAT32).mean().item()).isCloseTo(rate, within(0.03));
    }
  }

  @Test
  void mixedPrecisionIsCloseAndItsGradientsAreInTheParametersType() {
    var config = config(Activation.GELU, 3);
    var reference = reference(config);
    var parameters = new Parameters(Gpt.shapes(config), DType.FLOAT32, Device.CPU).train();
    reference.copyTo(parameters);
    var mixed = new Gpt(config, Precision.MIXED, parameters);
    var loss = loss(mixed, Dropout.NONE);
    loss.backward();
    assertThat(loss.item()).isCloseTo(loss(reference, (_, _, _) -> 1), within(0.05));
    assertThat(parameters.get("h.0.mlp.c_fc.weight").gradient().dtype()).isEqualTo(DType.FLOAT32);
    double[] expected = reference.gradients().get("h.0.mlp.c_fc.weight");
    double[] actual = parameters.get("h.0.mlp.c_fc.weight").gradient().doubles();
    double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertThat(actual).containsExactly(expected, within(0.1 * scale));
  }

  @Test
  void aSequenceLongerThanTheContextIsRefused() {
    var config = config(Activation.GELU, 0);
    var gpt = gpt(reference(config), config);
    assertThatThrownBy(() -> gpt.hidden(tokens(new int[17]), Dropout.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("17 tokens")
        .hasMessageContaining("context is 16");
  }
}
