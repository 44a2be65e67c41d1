package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;
import org.instructgpt.torch.OnGpu;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A model on an accelerator is the model on the processor.
@OnGpu
@ExtendWith(Scoped.class)
class GptOnGpuTest {
  private static final int VOCABULARY = 50;

  /// The same weights on every device.
  private static Gpt gpt(Precision precision, Device device, int band) {
    var config = new GptConfig(3, 64, 4, 64, VOCABULARY, GptConfig.Activation.GELU, 1e-5, 0, band);
    var gpt = new Gpt(config, precision, device);
    gpt.initialize(new Randomness(3));
    gpt.parameters().train();
    return gpt;
  }

  private static List<int[]> texts(int count, int longest, long seed) {
    var random = new Random(seed);
    var texts = new ArrayList<int[]>();
    for (int i = 0; i < count; i++) {
      texts.add(random.ints(1 + random.nextInt(longest), 0, VOCABULARY).toArray());
    }
    return texts;
  }

  /// Rows of different lengths, of which some share their prompt: attention with masks, prefixes
  /// and padding.
  private static Sequences batch(Device device) {
    var prompts = texts(6, 20, 1);
    prompts.set(1, prompts.get(0));
    prompts.set(2, prompts.get(0));
    return Sequences.of(prompts, texts(6, 20, 2), device);
  }

  private static double[] learned(Gpt gpt) {
    return learned(gpt, Dropout.NONE);
  }

  private static double[] learned(Gpt gpt, Dropout dropout) {
    LogProbs.ofResponses(gpt, batch(gpt.parameters().flat().device()), 1, dropout)
        .mean()
        .neg()
        .backward();
    return gpt.parameters().gradient().doubles();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void logProbabilitiesAndGradientsAreThoseOfTheProcessor(int band) {
    var here = gpt(Precision.FULL, Device.CPU, band);
    var there = gpt(Precision.FULL, OnGpu.DEVICE, band);
    float[] expected = LogProbs.exactOfResponses(here, batch(Device.CPU), 1).floats();
    float[] found = LogProbs.exactOfResponses(there, batch(OnGpu.DEVICE), 1).floats();
    assertThat(found).containsExactly(expected, within(1e-4f));
    assertThat(distance(learned(there), learned(here))).isLessThan(1e-4);
  }

  /// Both the fused attention of even rows without a mask and that of packed ones.
  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void bfloat16IsFloat32WithinItsRounding(int band) {
    var here = gpt(Precision.FULL, Device.CPU, band);
    var there = gpt(Precision.MIXED, OnGpu.DEVICE, band);
    assertThat(distance(learned(there), learned(here))).isLessThan(0.03);
    var ids = Tensor.of(new Random(5).ints(4 * 48, 0, VOCABULARY).toArray(), 4, 48);
    double[] expected = here.hidden(ids, Dropout.NONE).doubles();
    double[] found = there.hidden(ids.to(OnGpu.DEVICE), Dropout.NONE).doubles();
    assertThat(distance(found, expected)).isLessThan(0.03);
  }

  /// The norm of the difference, as a share of what is expected.
  private static double distance(double[] found, double[] expected) {
    double difference = 0;
    double whole = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += (found[i] - expected[i]) * (found[i] - expected[i]);
      whole += expected[i] * expected[i];
    }
    return Math.sqrt(difference / whole);
  }

  @Test
  void theLikeliestTokensAreThoseOfTheProcessor() {
    var prompts = texts(9, 20, 3);
    assertThat(greedy(gpt(Precision.FULL, OnGpu.DEVICE, 0), prompts, 4))
        .isEqualTo(greedy(gpt(Precision.FULL, Device.CPU, 0), prompts, 4));
    assertThat(greedy(gpt(Precision.FULL, OnGpu.DEVICE, 0), prompts, 1))
        .isEqualTo(greedy(gpt(Precision.FULL, Device.CPU, 0), prompts, 4));
  }

  private static List<List<Integer>> greedy(Gpt gpt, List<int[]> prompts, int rows) {
    var settings = new Sampler.Settings(15, 0, 11, rows, false);
    return new Sampler(gpt, 5, settings)
        .sample(prompts, 0).stream()
            .map(sampled -> java.util.Arrays.stream(sampled.tokens()).boxed().toList())
            .toList();
  }

  /// With a cache in bfloat16 and a float32 unembedding.
  @Test
  void whatIsSampledForRewardsHasTheLogProbabilitiesOfOnePassToRounding() {
    var gpt = gpt(Precision.MIXED, OnGpu.DEVICE, 0);
    var prompts = texts(9, 20, 3);
    var settings = new Sampler.Settings(15, 1, 11, 9, true);
    var sampled = new Sampler(gpt, 5, settings).exact().sample(prompts, 0);
    var responses = sampled.stream().map(Sampler.Sampled::tokens).toList();
    var batch = Sequences.of(prompts, responses, OnGpu.DEVICE);
    float[] expected = LogProbs.exactOfResponses(gpt, batch, 1).floats();
    int n = 0;
    for (var row : sampled) {
      for (float logProb : row.logProbs()) {
        assertThat(logProb).isCloseTo(expected[n++], within(0.2f));
      }
    }
  }

  /// The inside of a block is computed again with what dropout drew there.
  @Test
  void activationsThatAreComputedAgainGiveTheSameGradients() {
    var kept = gpt(Precision.FULL, OnGpu.DEVICE, 0);
    double[] expected = learned(kept, Dropout.of(0.2, new Randomness(5, OnGpu.DEVICE)));
    var again = gpt(Precision.FULL, OnGpu.DEVICE, 0);
    again.parameters().train(new MemorySaving(MomentPrecision.FULL, true));
    double[] found = learned(again, Dropout.of(0.2, new Randomness(5, OnGpu.DEVICE)));
    assertThat(distance(found, expected)).isLessThan(1e-5);
    assertThat(distance(learned(gpt(Precision.FULL, OnGpu.DEVICE, 0)), expected))
        .isGreaterThan(0.1);
  }

  /// PPO's first ratio is 1 only if a pass with gradients is the pass without them.
  @ParameterizedTest
  @EnumSource(Precision.class)
  void recordingGradientsChangesNoBit(Precision precision) {
    var gpt = gpt(precision, OnGpu.DEVICE, 0);
    var batch = batch(OnGpu.DEVICE);
    var scored = Scope.constant(() -> LogProbs.exactOfResponses(gpt, batch, 1));
    var learned = LogProbs.exactOfResponses(gpt, batch, 1);
    assertThat(learned.requiresGradient()).isTrue();
    assertThat(learned.sameBits(scored)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16"})
  void dropoutIsDrawnThereAndKeepsTheMean(DType type) {
    var ones = Tensor.full(1, type, OnGpu.DEVICE, 400, 500);
    var random = new Randomness(5, OnGpu.DEVICE);
    var dropout = Dropout.of(0.2, random);
    var dropped = dropout.apply(ones);
    assertThat(dropped.device()).isEqualTo(OnGpu.DEVICE);
    assertThat(dropped.dtype()).isEqualTo(type);
    assertThat(dropped.eq(0).to(DType.FLOAT32).mean().item()).isCloseTo(0.2, within(0.005));
    assertThat(dropped.to(DType.FLOAT32).mean().item()).isCloseTo(1, within(0.01));
    byte[] state = random.state();
    var next = dropout.apply(ones);
    assertThat(next.sameBits(dropped)).isFalse();
    random.restore(state);
    assertThat(dropout.apply(ones).sameBits(next)).isTrue();
  }
}
