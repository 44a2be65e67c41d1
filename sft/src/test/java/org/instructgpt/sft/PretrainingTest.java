package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.GptConfig.Size;
import org.instructgpt.model.ReferenceAdamW;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Pretraining pretraining(Gpt model, Pretraining.Settings settings) {
    return new Pretraining(
        model, new Pretraining.Data(Small.TOKENIZER, Small.alphabet()), settings, Small.LINEAGE);
  }

  @Test
  void fourStepsAreThoseOfPlainLoops() {
    var settings = Small.pretraining(4, 3, 2);
    var gpt = Small.exact();
    var trainer = pretraining(gpt, settings);
    var reference = Small.reference();
    var optimizer = new ReferenceAdamW(Gpt.shapes(Small.CONFIG), settings.optimizer());
    var corpus = Small.alphabet().training();
    var order = new EpochOrder(corpus.count(), 3, 7);
    for (int step = 0; step < 4; step++) {
      double sum = 0;
      for (int window : order.at(step)) {
        int from = window * corpus.window();
        int[] ids = corpus.tokens().slice(from, corpus.window());
        int[] next = corpus.tokens().slice(from + 1, corpus.window());
        var row = reference.read(ids);
        for (int t = 0; t < ids.length; t++) {
          sum -= row.logProb(t, next[t]);
        }
        var factors = new double[ids.length];
        Arrays.fill(factors, -1.0 / (3 * corpus.window()));
        row.backLogProbs(next, factors);
      }
      var metrics = trainer.step(step);
      double rate = metrics.get("learning_rate");
      double norm = optimizer.step(reference.weights(), reference.gradients(), rate);
      assertThat(metrics.get("loss")).isCloseTo(sum / (3 * corpus.window()), within(1e-9));
      assertThat(metrics.get("gradient_norm")).isCloseTo(norm, within(1e-8));
      assertThat(metrics.get("tokens")).isEqualTo(36);
    }
    reference
        .weights()
        .forEach((name, expected) ->
            assertThat(gpt.parameters().get(name).doubles())
                .as(name)
                .containsExactly(expected, within(1e-9)));
  }

  @Test
  void oneMicroBatchOfEightIsEightOfOne() {
    var one = Small.exact();
    var eight = Small.exact();
    var together = pretraining(one, Small.pretraining(3, 8, 8));
    var alone = pretraining(eight, Small.pretraining(3, 8, 1));
    for (int step = 0; step < 3; step++) {
      together.step(step);
      alone.step(step);
    }
    assertThat(eight.parameters().flat().doubles())
        .containsExactly(one.parameters().flat().doubles(), within(1e-10));
  }

  @Test
  void sixtyStepsLearnTheAlphabet() {
    var gpt = Small.fresh(GptConfig.small(2, 32, 2, 24, 258));
    var trainer = pretraining(gpt, Small.pretraining(60, 16, 16));
    double before = trainer.evaluate(0).get("validation_loss");
    for (int step = 0; step < 60; step++) {
      trainer.step(step);
    }
    var after = trainer.evaluate(60);
    // Logits of deviation 1 cost half a nat over the logarithm of the vocabulary.
    assertThat(before).isCloseTo(Math.log(258) + 0.5, within(0.2));
    assertThat(after.get("validation_loss")).isLessThan(1);
    assertThat(after.get("validation_perplexity"))
        .isEqualTo(Math.exp(after.get("validation_loss")));
  }

  /// Each document is 30 bytes in 30 tokens, and an end of text without bytes: 30/31 bytes a token.
  @Test
  void bitsPerByteCountTheBytesOfTheText() {
    var metrics = pretraining(Small.fresh(), Small.pretraining(1, 4, 4)).evaluate(0);
    double bits = metrics.get("validation_loss") / Math.log(2);
    assertThat(metrics.get("validation_bits_per_byte")).isCloseTo(bits * 31 / 30, within(1e-9));
  }

  @Test
  void pretrainingUsesTheDropoutOfTheModel() {
    var plain = pretraining(Small.fresh(), Small.pretraining(3, 4, 4));
    var config = Small.CONFIG.withResidualDropout(0.5);
    var dropping = pretraining(Small.fresh(config), Small.pretraining(3, 4, 4));
    assertThat(dropping.evaluate(0)).isEqualTo(plain.evaluate(0));
    assertThat(dropping.step(0).get("loss")).isNotEqualTo(plain.step(0).get("loss"));
  }

  @Test
  void aResumedRunIsTheUninterruptedOneToTheBit(@TempDir Path folder) throws IOException {
    var config = Small.CONFIG.withResidualDropout(0.1);
    Resume.isBitForBit(
        () -> pretraining(Small.fresh(config), Small.pretraining(8, 5, 3)),
        4,
        folder.resolve("state.safetensors"));
  }

  @Test
  void fiftyStepsLeaveNothingBehind() {
    var trainer = pretraining(Small.fresh(), Small.pretraining(60, 4, 2));
    trainer.step(0);
    trainer.evaluate(1);
    long before = Scope.liveObjects();
    for (int step = 1; step <= 50; step++) {
      trainer.step(step);
    }
    trainer.evaluate(51);
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void theExportedCheckpointIsTheModel(@TempDir Path folder) throws IOException {
    var gpt = Small.fresh();
    pretraining(gpt, Small.pretraining(1, 4, 4)).export(folder, Map.of("step", 0));
    var loaded = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
    assertThat(loaded.parameters().flat().sameBits(gpt.parameters().flat())).isTrue();
  }

  @Test
  void aTokenizerThatDoesNotFitAndWindowsBeyondTheContextAreRefused() {
    var narrow = Small.fresh(GptConfig.small(1, 16, 2, 24, 100));
    assertThatThrownBy(() -> pretraining(narrow, Small.pretraining(1, 4, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the tokenizer has 258 ids, but the model's vocabulary is 100");
    var brief = Small.fresh(GptConfig.small(1, 16, 2, 8, 258));
    assertThatThrownBy(() -> pretraining(brief, Small.pretraining(1, 4, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("windows of 12 tokens, but the model's context is 8");
  }

  @Test
  void validationWindowsAreSpreadOverTheText() {
    var corpus = new TextWindows(new Corpus(new int[101], 10));
    assertThat(corpus.spread(4)).containsExactly(0, 2, 5, 7);
    assertThat(corpus.spread(20)).hasSize(10);
  }

  @Test
  void presetsAreGpt3s() {
    assertThat(List.of(Size.values()))
        .extracting(size -> Pretraining.Settings.paper(size).learningRate())
        .containsExactly(2.0e-4, 1.2e-4, 0.6e-4);
    for (var size : Size.values()) {
      var settings = Pretraining.Settings.paper(size);
      double tokens = 2048.0 * settings.batchSize();
      assertThat(settings.steps() * tokens).isCloseTo(300e9, within(2 * tokens));
      assertThat(settings.warmupSteps() * tokens).isCloseTo(375e6, within(2 * tokens));
      assertThat(settings.weightDecay()).isEqualTo(0.1);
    }
  }
}
