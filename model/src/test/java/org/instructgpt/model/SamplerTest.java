package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
public class SamplerTest {
  private static final int VOCABULARY = 37;
  public static final int END = 5;
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  public static Gpt gpt(int band, Precision precision) {
    return gpt(band, precision, DType.FLOAT32);
  }

  private static Gpt gpt(int band, Precision precision, DType type) {
    var config = new GptConfig(3, 32, 4, 48, VOCABULARY, GptConfig.Activation.GELU, 1e-5, 0, band);
    var gpt = new Gpt(config, precision, new Parameters(Gpt.shapes(config), type, Device.CPU));
    gpt.initialize(new Randomness(3));
    return gpt;
  }

  public static List<int[]> prompts(int count, int longest) {
    var random = new Random(7);
    var prompts = new ArrayList<int[]>();
    for (int i = 0; i < count; i++) {
      prompts.add(random.ints(1 + random.nextInt(longest), 0, VOCABULARY).toArray());
    }
    return prompts;
  }

  public static Sampler sampler(Gpt gpt, int tokens, double temperature, int rows) {
    return new Sampler(gpt, END, new Sampler.Settings(tokens, temperature, 11, rows, true));
  }

  /// What decoding without a cache gives: the whole sequence through the model for every token.
  private static int[] greedyWithoutCache(Gpt gpt, int[] prompt, int tokens) {
    var sequence = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
    for (int i = 0; i < tokens; i++) {
      try (var _ = Scope.open()) {
        var ids = sequence.stream().mapToInt(Integer::intValue).toArray();
        var hidden = gpt.hidden(Tensor.of(ids, 1, ids.length), Dropout.NONE);
        var logits = gpt.logits(hidden.select(1, ids.length - 1));
        sequence.add((int) logits.argmax(-1).item());
      }
      if (sequence.getLast() == END) {
        break;
      }
    }
    return sequence.stream().skip(prompt.length).mapToInt(Integer::intValue).toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void greedyDecodingWithTheCacheIsGreedyDecodingWithoutIt(int band) {
    var gpt = gpt(band, Precision.FULL);
    var prompts = prompts(9, 20);
    var sampled = sampler(gpt, 15, 0, 4).sample(prompts, 0);
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(sampled.get(i).tokens()).isEqualTo(greedyWithoutCache(gpt, prompts.get(i), 15));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void theLogProbabilitiesOfTheSamplerAreThoseOfOnePassOverTheWholeSequence(int band) {
    var gpt = gpt(band, Precision.FULL, DType.FLOAT64);
    var prompts = prompts(9, 20);
    var sampled = sampler(gpt, 15, 0.8, 9).sample(prompts, 0);
    var batch =
        Sequences.of(prompts, sampled.stream().map(Sampler.Sampled::tokens).toList(), Device.CPU);
    float[] expected = LogProbs.ofResponses(gpt, batch, 1, Dropout.NONE).floats();
    int n = 0;
    for (var s : sampled) {
      for (float logProb : s.logProbs()) {
        assertThat(logProb).isCloseTo(expected[n++], within(1e-6f));
      }
    }
    assertThat(n).isEqualTo(expected.length);
  }

  @Test
  void oneRowTimesLargeMatricesGivesTheSameLogProbabilities() {
    var config = new GptConfig(1, 512, 4, 16, VOCABULARY, GptConfig.Activation.GELU, 1e-5, 0, 0);
    var gpt = new Gpt(config, Precision.FULL, Device.CPU);
    gpt.initialize(new Randomness(5));
    var prompts = List.of(new int[] {1, 2, 3});
    var sampled = sampler(gpt, 10, 1, 1).sample(prompts, 0).getFirst();
    var batch = Sequences.of(prompts, List.of(sampled.tokens()), Device.CPU);
    float[] expected = LogProbs.ofResponses(gpt, batch, 1, Dropout.NONE).floats();
    assertThat(sampled.logProbs()).containsExactly(expected, within(1e-3f));
  }

  @Test
  void aResponseDoesNotDependOnTheRestOfItsBatch() {
    var gpt = gpt(0, Precision.FULL);
    var prompts = prompts(12, 20);
    var together = sampler(gpt, 20, 1, 12).sample(prompts, 100);
    for (int i = 0; i < prompts.size(); i++) {
      var alone = sampler(gpt, 20, 1, 1).sample(prompts.subList(i, i + 1), 100 + i);
      assertThat(alone.getFirst().tokens()).isEqualTo(together.get(i).tokens());
    }
  }

  @Test
  void aResponseEndsWithItsFirstEndOfTextOrAtTheLimit() {
    var gpt = gpt(0, Precision.FULL);
    var sampled = sampler(gpt, 25, 1, 16).sample(prompts(64, 5), 0);
    assertThat(sampled).anyMatch(s -> s.finish() == Sampler.Finish.STOP);
    for (var s : sampled) {
      int length = s.tokens().length;
      boolean ends = s.tokens()[length - 1] == END;
      assertThat(s.finish()).isEqualTo(ends ? Sampler.Finish.STOP : Sampler.Finish.LENGTH);
      assertThat(ends || length == 25).isTrue();
      assertThat(Arrays.stream(s.tokens()).limit(length - 1)).doesNotContain(END);
      assertThat(s.logProbs()).hasSize(length);
    }
  }

  @Test
  void samplesFollowTheSoftmaxOfTheLogitsOverTheTemperature() {
    var gpt = gpt(0, Precision.FULL);
    int[] prompt = {1, 2, 3};
    var hidden = gpt.hidden(Tensor.of(prompt, 1, 3), Dropout.NONE).select(1, 2);
    double[] expected = gpt.logits(hidden).div(2.0).softmax(-1).doubles();
    // 36 degrees of freedom: the 99.9% quantile is 68; temperature 1 instead of 2 gives thousands.
    assertThat(chiSquare(sampler(gpt, 1, 2.0, 1000), prompt, expected)).isLessThan(68);
  }

  /// How far 20,000 first tokens are from their expected probabilities; infinite for one that has
  /// none.
  private static double chiSquare(Sampler sampler, int[] prompt, double[] expected) {
    int draws = 20_000;
    var counts = new int[expected.length];
    for (var s : sampler.sample(Collections.nCopies(draws, prompt), 0)) {
      counts[s.tokens()[0]]++;
    }
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      double mean = draws * expected[i];
      sum += counts[i] == 0 ? mean : (counts[i] - mean) * (counts[i] - mean) / mean;
    }
    return sum;
  }

  @Test
  void onlyIdsOfTheTokenizerAreChosen() {
    var tokenizer = BpeTrainer.train(List.of("a b"), 258);
    int known = tokenizer.vocabularySize();
    var config = new GptConfig(1, 32, 4, 48, 300, GptConfig.Activation.GELU, 1e-5, 0, 0);
    var gpt = new Gpt(config, Precision.FULL, Device.CPU);
    gpt.initialize(new Randomness(3));
    int[] prompt = {1, 2, 3};
    var all = gpt.logits(gpt.hidden(Tensor.of(prompt, 1, 3), Dropout.NONE).select(1, 2));
    double[] expected = Arrays.copyOf(all.narrow(1, 0, known).softmax(-1).doubles(), 300);
    var sampler = new Sampler(gpt, tokenizer, new Sampler.Settings(1, 1, 11, 1000, true));
    // 257 degrees of freedom: the 99.9% quantile is 333.
    assertThat(chiSquare(sampler, prompt, expected)).isLessThan(333);
    for (var one : sampler.nucleus(0.99).sample(Collections.nCopies(100, prompt), 0)) {
      int chosen = one.tokens()[0];
      assertThat(chosen).isLessThan(known);
      assertThat(one.logProbs()[0]).isCloseTo(all.logSoftmax(-1).floats()[chosen], within(1e-6f));
    }
    var greedy = sampler.with(new Sampler.Settings(1, 0, 0, 1, false)).frozen();
    long likeliest = all.narrow(1, 0, known).argmax(-1).longs()[0];
    assertThat(greedy.sample(List.of(prompt), 0).getFirst().tokens())
        .containsExactly((int) likeliest);
  }

  @Test
  void bfloat16SamplingComesCloseToFloat32() {
    var prompts = prompts(9, 20);
    var exact = gpt(0, Precision.FULL);
    var sampled = sampler(gpt(0, Precision.MIXED), 10, 1, 9).sample(prompts, 0);
    var batch =
        Sequences.of(prompts, sampled.stream().map(Sampler.Sampled::tokens).toList(), Device.CPU);
    float[] expected = LogProbs.ofResponses(exact, batch, 1, Dropout.NONE).floats();
    int n = 0;
    double sum = 0;
    for (var s : sampled) {
      for (float logProb : s.logProbs()) {
        sum += Math.abs(logProb - expected[n++]);
      }
    }
    assertThat(sum / n).isLessThan(0.1);
  }

  @Test
  void aFrozenSamplerGivesTheSameAndKeepsItsWeights() {
    for (var precision : Precision.values()) {
      try (var _ = Scope.open()) {
        var gpt = gpt(0, precision);
        var prompts = prompts(4, 10);
        var expected = sampler(gpt, 8, 1, 4).sample(prompts, 0);
        var frozen = sampler(gpt, 8, 1, 4).frozen();
        assertSame(frozen.sample(prompts, 0), expected);
        if (precision == Precision.MIXED) { // float32 weights are the parameters themselves
          Scope.constant(() -> gpt.parameters().get("h.0.mlp.c_fc.weight").zero_());
          Scope.constant(() -> gpt.parameters().get("h.1.attn.c_attn.weight").zero_());
          assertSame(frozen.sample(prompts, 0), expected);
        }
      }
    }
  }

  private static void assertSame(List<Sampler.Sampled> found, List<Sampler.Sampled> expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i).tokens()).isEqualTo(expected.get(i).tokens());
    }
  }

  @Test
  void aPromptThatFillsTheContextIsRefusedWithItsNumber() {
    var gpt = gpt(0, Precision.FULL);
    assertThatThrownBy(() -> sampler(gpt, 5, 1, 4).sample(List.of(new int[] {1}, new int[48]), 6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prompt 8 has 48 tokens")
        .hasMessageContaining("context of 48");
  }

  @Test
  void aResponseStopsAtTheEndOfTheContext() {
    var sampled =
        new Sampler(gpt(0, Precision.FULL), -1, new Sampler.Settings(40, 1, 1, 4, false))
            .sample(List.of(new int[45], new int[10]), 0);
    assertThat(sampled.get(0).tokens()).hasSize(3);
    assertThat(sampled.get(1).tokens()).hasSize(38);
    assertThat(sampled.get(0).finish()).isEqualTo(Sampler.Finish.LENGTH);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8})
  void aPromptNearTheContextIsSampledBesideShortOnesWithLongResponses(int band) {
    var gpt = gpt(band, Precision.FULL);
    var random = new Random(9);
    var prompts = new ArrayList<>(List.of(random.ints(47, 0, VOCABULARY).toArray()));
    prompts.addAll(prompts(7, 3));
    var together = new Sampler(gpt, -1, new Sampler.Settings(40, 1, 11, 8, true));
    var found = together.sample(prompts, 0);
    assertThat(found).extracting(one -> one.tokens().length).startsWith(1).endsWith(40);
    for (int i = 0; i < prompts.size(); i++) {
      assertSame(found.subList(i, i + 1), together.sample(prompts.subList(i, i + 1), i));
    }
  }

  @Test
  void samplingLeaksNothing() {
    var gpt = gpt(0, Precision.FULL);
    var prompts = prompts(9, 20);
    sampler(gpt, 5, 1, 4).sample(prompts, 0);
    long before = Scope.liveObjects();
    for (int i = 0; i < 20; i++) {
      sampler(gpt, 5, 1, 4).sample(prompts, 0);
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void theListenerGetsExactlyTheTokensOfEachResponse() {
    var gpt = gpt(0, Precision.FULL);
    var prompts = prompts(9, 20);
    var heard = new ArrayList<List<Integer>>();
    prompts.forEach(_ -> heard.add(new ArrayList<>()));
    var told =
        sampler(gpt, 20, 1, 4)
            .sample(
                prompts,
                100,
                (place, token) -> {
                  heard.get(place).add(token);
                  return true;
                });
    var plain = sampler(gpt, 20, 1, 4).sample(prompts, 100);
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(told.get(i).tokens()).isEqualTo(plain.get(i).tokens());
      assertThat(told.get(i).finish()).isEqualTo(plain.get(i).finish());
      assertThat(heard.get(i)).containsExactlyElementsOf(ids(plain.get(i)));
    }
  }

  @Test
  void aListenerEndsItsRowAtOnceAndNoOther() {
    var gpt = gpt(0, Precision.FULL);
    var prompts = prompts(9, 20);
    var plain = sampler(gpt, 20, 1, 9).sample(prompts, 0);
    var heard = new int[9];
    var told =
        sampler(gpt, 20, 1, 9)
            .sample(prompts, 0, (place, _) -> place % 2 == 0 || ++heard[place] < 2);
    for (int i = 0; i < prompts.size(); i++) {
      int[] all = plain.get(i).tokens();
      boolean cut = i % 2 == 1 && all.length > 2;
      assertThat(told.get(i).tokens()).isEqualTo(cut ? Arrays.copyOf(all, 2) : all);
      assertThat(told.get(i).finish())
          .isEqualTo(cut ? Sampler.Finish.ENDED : plain.get(i).finish());
    }
    assertThat(plain).anyMatch(s -> s.tokens().length > 2);
  }

  @Test
  void anExceptionOfTheListenerEndsTheSamplingAndLeaksNothing() {
    var gpt = gpt(0, Precision.FULL);
    var sampler = sampler(gpt, 20, 1, 4);
    var _ = sampler.sample(prompts(3, 5), 0);
    long before = Scope.liveObjects();
    assertThatThrownBy(() ->
            sampler.sample(
                prompts(3, 5),
                0,
                (_, _) -> {
                  throw new IllegalStateException("gone");
                }))
        .hasMessage("gone");
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void aNucleusHoldsTheLikeliestTokensAndNoOthers() {
    var gpt = gpt(0, Precision.FULL);
    int[] prompt = {1, 2, 3};
    double[] probabilities;
    try (var _ = Scope.open()) {
      var hidden = gpt.hidden(Tensor.of(prompt, 1, 3), Dropout.NONE);
      probabilities = gpt.logits(hidden.select(1, 2)).softmax(-1).doubles();
    }
    var order =
        java.util.stream.IntStream.range(0, VOCABULARY)
            .boxed()
            .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
            .toList();
    var nucleus = new ArrayList<Integer>();
    for (double sum = 0; sum < 0.3; sum += probabilities[nucleus.getLast()]) {
      nucleus.add(order.get(nucleus.size()));
    }
    var draws = new ArrayList<int[]>();
    for (int i = 0; i < 2000; i++) {
      draws.add(prompt);
    }
    for (int rows : new int[] {1, 500}) {
      var some = rows == 1 ? draws.subList(0, 400) : draws;
      var found =
          sampler(gpt, 1, 1, rows).nucleus(0.3).sample(some, 0).stream()
              .map(s -> s.tokens()[0])
              .distinct()
              .toList();
      assertThat(found).containsExactlyInAnyOrderElementsOf(nucleus);
    }
    assertThat(nucleus).hasSizeBetween(2, VOCABULARY - 2);
    assertThat(sampler(gpt, 8, 1, 4).nucleus(1).sample(draws.subList(0, 4), 0).get(2).tokens())
        .isEqualTo(sampler(gpt, 8, 1, 4).sample(draws.subList(0, 4), 0).get(2).tokens());
    assertThatThrownBy(() -> sampler(gpt, 8, 1, 4).nucleus(0)).hasMessageContaining("top p");
  }

  private static List<Integer> ids(Sampler.Sampled sampled) {
    return Arrays.stream(sampled.tokens()).boxed().toList();
  }
}
