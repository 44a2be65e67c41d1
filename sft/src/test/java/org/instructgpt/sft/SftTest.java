package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ReferenceAdamW;
import org.instructgpt.model.ReferenceGpt;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftTest {

  @Test
  void anEpochVisitsEachDemonstrationOnceHoweverFewThereAre() {
    try (var _ = Scope.open()) {
      // 5 demonstrations and a batch of 3 make 4 steps in 2 epochs, the last of one demonstration.
      var sft = Small.sft(Small.fresh(), Small.data(5), Small.settings(3, 2));
      double epoch = 0;
      for (int step = 0; step < sft.steps(); step++) {
        epoch = sft.step(step).getOrDefault("epoch", 0.0);
      }
      assertThat(epoch).isEqualTo(Small.settings(3, 2).epochs());
      // 2 demonstrations and a batch of 3: every step takes both.
      var few = Small.sft(Small.fresh(), Small.data(2), Small.settings(3, 2));
      assertThat(few.steps()).isEqualTo(Small.settings(3, 2).epochs());
      assertThat(few.step(0)).containsEntry("epoch", 1.0);
    }
  }

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /// The loss of some demonstrations by hand: the mean over response tokens. Adds the gradients of
  /// `weight` times it.
  private static double loss(ReferenceGpt gpt, List<EncodedExample> batch, double weight) {
    int tokens = batch.stream().mapToInt(d -> d.response().length).sum();
    double sum = 0;
    for (var demonstration : batch) {
      int[] ids = demonstration.tokens();
      int[] next = Arrays.copyOfRange(ids, 1, ids.length + 1); // after the last: any id
      var row = gpt.read(ids);
      var factors = new double[ids.length];
      for (int t = demonstration.prompt().length - 1; t < ids.length - 1; t++) {
        sum -= row.logProb(t, next[t]);
        factors[t] = -weight / tokens;
      }
      row.backLogProbs(next, factors);
    }
    return sum / tokens;
  }

  /// The loss of whole windows by hand.
  private static double loss(ReferenceGpt gpt, Corpus corpus, int[] windows, double weight) {
    int tokens = windows.length * corpus.window();
    double sum = 0;
    for (int window : windows) {
      int from = window * corpus.window();
      int[] ids = corpus.tokens().slice(from, corpus.window());
      int[] next = corpus.tokens().slice(from + 1, corpus.window());
      var row = gpt.read(ids);
      for (int t = 0; t < ids.length; t++) {
        sum -= row.logProb(t, next[t]);
      }
      var factors = new double[ids.length];
      Arrays.fill(factors, -weight / tokens);
      row.backLogProbs(next, factors);
    }
    return sum / tokens;
  }

  private static void assertGradients(Gpt gpt, ReferenceGpt reference) {
    reference
        .gradients()
        .forEach((name, expected) -> {
          double greatest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
          assertThat(gpt.parameters().get(name).gradient().doubles())
              .as(name)
              .containsExactly(expected, within(1e-9 * greatest));
        });
  }

  private static void assertWeights(Gpt gpt, ReferenceGpt reference) {
    reference
        .weights()
        .forEach((name, expected) ->
            assertThat(gpt.parameters().get(name).doubles())
                .as(name)
                .containsExactly(expected, within(1e-9)));
  }

  @Test
  void lossAndGradientsAreThoseOfTheResponseTokensAlone() {
    var demonstrations = Small.demonstrations(5);
    var gpt = Small.exact();
    var all = Demonstrations.fitted(demonstrations, "training", 24, 8);
    var learned =
        new TokenLoss(gpt, 2, Ranks.alone()).learn(all, new int[] {4, 1, 3}, 0.9, Dropout.NONE);
    double loss = learned.getAsDouble();

    var reference = Small.reference();
    var batch = List.of(demonstrations.get(4), demonstrations.get(1), demonstrations.get(3));
    assertThat(loss).isCloseTo(loss(reference, batch, 0.9), within(1e-11));
    assertGradients(gpt, reference);
  }

  @Test
  void sixStepsWithPretrainingMixAreThoseOfTheLoops() {
    var data = Small.data(9); // 6 steps are both epochs
    var settings = Small.settings(3, 2, 0, 0.4); // 3 x 0.4/0.6 = 2 windows
    var gpt = Small.exact();
    var sft = Small.sft(gpt, data, settings);
    var reference = Small.reference();
    var optimizer = new ReferenceAdamW(Gpt.shapes(Small.CONFIG), settings.optimizer());
    var order = new EpochOrder(9, 3, 7);
    var text = Small.alphabet().training();
    var windowOrder = new EpochOrder(text.count(), 2, Randomness.mix(7, 1));
    for (int step = 0; step < 6; step++) {
      var metrics = sft.step(step);
      var batch = Arrays.stream(order.at(step)).mapToObj(data.training()::get).toList();
      double loss = loss(reference, batch, 0.6);
      double pretraining = loss(reference, text, windowOrder.at(step), 0.4);
      double rate = settings.schedule(sft.steps()).at(step);
      double norm = optimizer.step(reference.weights(), reference.gradients(), rate);
      assertThat(metrics.get("loss")).isCloseTo(loss, within(1e-9));
      assertThat(metrics.get("pretraining_loss")).isCloseTo(pretraining, within(1e-9));
      assertThat(metrics.get("gradient_norm")).isCloseTo(norm, within(1e-8));
      assertThat(metrics.get("learning_rate")).isEqualTo(rate);
    }
    assertWeights(gpt, reference);
  }

  @Test
  void oneMicroBatchOfEightIsEightOfOne() {
    var one = Small.exact();
    var eight = Small.exact();
    var together = Small.sft(one, Small.data(11), Small.settings(8, 8, 0, 0.1));
    var alone = Small.sft(eight, Small.data(11), Small.settings(8, 1, 0, 0.1));
    for (int step = 0; step < 3; step++) {
      var expected = together.step(step);
      alone
          .step(step)
          .forEach((name, value) ->
              assertThat(value).as(name).isCloseTo(expected.get(name), within(1e-10)));
    }
    assertThat(eight.parameters().flat().doubles())
        .containsExactly(one.parameters().flat().doubles(), within(1e-10));
  }

  @Test
  void microBatchesOfAStepDrawTheirOwnDropoutAndStepsRepeatTheirs() {
    var same = new EncodedExample(new int[] {'a'}, new int[] {'b', 'c'});
    var all = Demonstrations.fitted(List.of(same, same), "training", 24, 8);
    var gpt = Small.exact();
    var dropout = Dropout.of(0.5, Randomness.at(1, "dropout", 3));
    var first = all.logProbs(gpt, new int[] {0}, dropout);
    var second = all.logProbs(gpt, new int[] {1}, dropout);
    var again = all.logProbs(gpt, new int[] {0}, Dropout.of(0.5, Randomness.at(1, "dropout", 3)));
    assertThat(second.sameBits(first)).isFalse();
    assertThat(again.sameBits(first)).isTrue();
  }

  @Test
  void theDropoutOfTheSettingsIsUsedInStepsAndNotInEvaluation() {
    var plain = Small.sft(Small.fresh(), Small.data(6), Small.settings(6, 6, 0, 0));
    var dropping = Small.sft(Small.fresh(), Small.data(6), Small.settings(6, 6, 0.5, 0));
    assertThat(dropping.evaluate(0)).isEqualTo(plain.evaluate(0));
    assertThat(dropping.step(0).get("loss")).isNotEqualTo(plain.step(0).get("loss"));
  }

  @Test
  void dropoutDiffersFromStepToStep() {
    var settings = new Sft.Settings(2, 1, 1e-30, 0.1, 0, 0.5, 0, 0, 1, 8, 7, 1); // learns nothing
    var sft = Small.sft(Small.exact(), Small.data(1), settings);
    double first = sft.step(0).get("loss");
    assertThat(sft.step(1).get("loss")).isNotCloseTo(first, within(1e-6));
  }

  @Test
  void thirtyStepsMemoriseTenDemonstrations() {
    var gpt = Small.fresh(GptConfig.small(2, 64, 4, 24, 258));
    var settings = new Sft.Settings(30, 10, 1e-2, 0.1, 3, 0, 0, 0, 1, 8, 7, 10);
    var sft = Small.sft(gpt, Small.data(10), settings);
    assertThat(sft.steps()).isEqualTo(30);
    double first = sft.step(0).get("loss");
    double last = first;
    for (int step = 1; step < sft.steps(); step++) {
      last = sft.step(step).get("loss");
    }
    assertThat(first).isGreaterThan(5);
    assertThat(last).isLessThan(0.3);
  }

  @Test
  void aResumedRunIsTheUninterruptedOneToTheBit(@TempDir Path folder) throws IOException {
    Resume.isBitForBit(
        () -> Small.sft(Small.fresh(), Small.data(9), Small.settings(4, 3, 0.2, 0.1)),
        4,
        folder.resolve("state.safetensors"));
  }

  @Test
  void aStateOfOtherDataIsRefused() {
    var state = Small.sft(Small.fresh(), Small.data(9), Small.settings(4, 4)).state();
    var other = Small.sft(Small.fresh(), Small.data(8), Small.settings(4, 4));
    assertThatThrownBy(() -> other.restore(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("begun with 9 demonstrations, but now there are 8");
  }

  @Test
  void fiftyStepsLeaveNothingBehind() {
    var data = Small.judged(Small.data(9), 3);
    var sft = Small.sft(Small.fresh(), data, Small.settings(4, 2, 0.2, 0.1));
    sft.step(0);
    sft.evaluate(1);
    long before = Scope.liveObjects();
    for (int step = 1; step <= 50; step++) {
      sft.step(step);
    }
    sft.evaluate(51);
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void thePretrainingMixChangesWhatIsLearnt() {
    var text = TextWindows.of(Small.alphabet().validation(), Small.fresh());
    var without = Small.fresh();
    var with = Small.fresh();
    var plain = Small.sft(without, Small.data(9), Small.settings(4, 4, 0, 0));
    var mixed = Small.sft(with, Small.data(9), Small.settings(4, 4, 0, 0.5));
    for (int step = 0; step < 20; step++) {
      assertThat(plain.step(step)).doesNotContainKey("pretraining_loss");
      mixed.step(step);
    }
    double forgotten = new TokenLoss(without, 8, Ranks.alone()).measure(text, text.spread(8));
    double kept = new TokenLoss(with, 8, Ranks.alone()).measure(text, text.spread(8));
    assertThat(kept).isLessThan(forgotten - 0.5);
    assertThat(mixed.evaluate(20)).containsKey("pretraining_validation_loss");
  }

  @Test
  void theValidationLossIsTheMeanOfAllHeldOutResponseTokens() {
    var sft = Small.sft(Small.exact(), Small.data(3), Small.settings(3, 2));
    double expected = loss(Small.reference(), Small.demonstrations(5), 0);
    var metrics = sft.evaluate(0);
    assertThat(metrics.get("validation_loss")).isCloseTo(expected, within(1e-11));
    assertThat(metrics.get("validation_perplexity")).isCloseTo(Math.exp(expected), within(1e-6));
  }

  @Test
  void noDemonstrationsAndAMixWithoutTextAreRefused() {
    var none =
        new Sft.Data(Small.TOKENIZER, List.of(), List.of(), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> Small.sft(Small.fresh(), none, Small.settings(3, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is the data set empty?");
    var noText =
        new Sft.Data(
            Small.TOKENIZER,
            Small.demonstrations(3),
            List.of(),
            Optional.empty(),
            Optional.empty());
    assertThatThrownBy(() -> Small.sft(Small.fresh(), noText, Small.settings(3, 3, 0, 0.1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pretraining_mix");
  }

  @Test
  void theExportedCheckpointIsThePolicyWithItsLineage(@TempDir Path folder) throws IOException {
    var gpt = Small.fresh();
    var sft = Small.sft(gpt, Small.data(3), Small.settings(3, 3));
    sft.step(0);
    sft.export(folder, Map.of("step", 1, "run", "sft-1"));
    var loaded = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
    assertThat(loaded.parameters().flat().sameBits(gpt.parameters().flat())).isTrue();
    assertThat(Checkpoint.tokenizer(folder).endOfText()).isEqualTo(Small.TOKENIZER.endOfText());
    var lineage = Lineage.read(folder);
    assertThat(lineage.path("stage").asText()).isEqualTo("sft");
    assertThat(lineage.path("made").path("data").asText()).isEqualTo("made up");
    assertThat(lineage.path("made").path("step").asInt()).isEqualTo(1);
  }
}
