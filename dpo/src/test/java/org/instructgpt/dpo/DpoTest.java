package org.instructgpt.dpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.dpo.PreferenceLoss.Compared;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ReferenceAdamW;
import org.instructgpt.model.TrainerState;
import org.instructgpt.records.Ranking.Pair;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The trainer as a whole.
@ExtendWith(Scoped.class)
class DpoTest {

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of(Dpo.Loss.DPO, 0.0),
        Arguments.of(Dpo.Loss.DPO, 0.2),
        Arguments.of(Dpo.Loss.IPO, 0.0));
  }

  // ---- Numbers ----

  @ParameterizedTest
  @MethodSource("losses")
  void stepsAreThoseOfPlainLoops(Dpo.Loss loss, double smoothing) {
    var all = Toys.preferences(12, 3);
    var settings = Toys.settings(1, 3, loss, smoothing, 60);
    var model = Toys.exact();
    var dpo = Toys.dpo(model, all, settings);
    var loops = new LoopDpo(0.4, smoothing, loss == Dpo.Loss.IPO);
    var gpt = Toys.loops();
    var start = all.stream().map(prompt -> LoopDpo.logProbs(Toys.loops(), prompt)).toList();
    var adam =
        new ReferenceAdamW(Gpt.shapes(Toys.CONFIG), new AdamW.Settings(0.9, 0.95, 1e-8, 0.1, 1));
    for (int step = 0; step < 4; step++) {
      int[] chosen = dpo.batch(step);
      var batch = Arrays.stream(chosen).mapToObj(all::get).toList();
      var reference = Arrays.stream(chosen).mapToObj(start::get).toList();
      var now = batch.stream().map(prompt -> LoopDpo.logProbs(gpt, prompt)).toList();
      loops.addGradient(gpt, batch, now, reference);
      double cosine = 1e-2 * (0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * step / 3)));
      double rate = step == 0 ? cosine / 2 : step == 1 ? cosine * 0.75 : cosine;
      double norm = adam.step(gpt.weights(), gpt.gradients(), rate);

      var metrics = dpo.step(step);
      assertThat(metrics.get("loss")).isCloseTo(loops.loss(batch, now, reference), within(1e-9));
      assertThat(metrics.get("gradient_norm")).isCloseTo(norm, within(1e-8));
      assertThat(metrics.get("learning_rate")).isCloseTo(rate, within(1e-15));
      expectRewards(metrics, batch, now, reference);
      gpt.weights()
          .forEach((name, expected) ->
              assertThat(model.parameters().get(name).doubles())
                  .as(name)
                  .containsExactly(expected, within(1e-8)));
    }
  }

  private static void expectRewards(
      Map<String, Double> metrics,
      List<Preferences> batch,
      List<double[]> policy,
      List<double[]> reference) {
    double chosen = 0;
    double rejected = 0;
    int pairs = 0;
    int right = 0;
    for (int p = 0; p < batch.size(); p++) {
      for (var pair : batch.get(p).pairs()) {
        double won = policy.get(p)[pair.better()] - reference.get(p)[pair.better()];
        double lost = policy.get(p)[pair.worse()] - reference.get(p)[pair.worse()];
        chosen += 0.4 * won;
        rejected += 0.4 * lost;
        right += won > lost ? 1 : 0;
        pairs++;
      }
    }
    assertThat(metrics.get("chosen_reward")).isCloseTo(chosen / pairs, within(1e-8));
    assertThat(metrics.get("rejected_reward")).isCloseTo(rejected / pairs, within(1e-8));
    assertThat(metrics.get("margin")).isCloseTo((chosen - rejected) / pairs, within(1e-8));
    if (Math.abs(chosen) > 1e-9) { // at the start all are equal, in the last digits only
      assertThat(metrics.get("accuracy")).isCloseTo((double) right / pairs, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void theGradientIsTheSlopeOfTheLoss(Dpo.Loss loss, double smoothing) {
    var batch = Toys.preferences(5, 9);
    var model = Toys.exact();
    var loops = new LoopDpo(0.4, smoothing, loss == Dpo.Loss.IPO);
    // A reference a good deal away from the policy, so that the pairs differ in their slopes.
    var reference = new ArrayList<double[]>();
    for (var prompt : batch) {
      double[] shifted = alone(model, prompt);
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] += 3 * Math.sin(1 + 2.1 * i + shifted.length);
      }
      reference.add(shifted);
    }
    double[] flat = reference.stream().flatMapToDouble(Arrays::stream).toArray();
    var logRatios = CompletionLogProbs.under(model, batch).sub(Tensor.of(flat, flat.length));
    new PreferenceLoss(0.4, smoothing, loss == Dpo.Loss.IPO)
        .of(logRatios, Compared.of(batch, 5))
        .backward();
    double[] gradient = model.parameters().gradient().doubles();

    var parameters = model.parameters().flat();
    for (double phase : new double[] {0.1, 1.2, 2.5}) {
      double[] direction =
          IntStream.range(0, gradient.length)
              .mapToDouble(i -> Math.sin(phase + 1.3 * i + 0.1 * i * i))
              .toArray();
      var along = Tensor.of(direction, direction.length);
      var start = parameters.copy();
      double nudge = 1e-5;
      parameters.add_(along, nudge);
      double above = loops.loss(batch, alone(model, batch), reference);
      parameters.add_(along, -2 * nudge);
      double below = loops.loss(batch, alone(model, batch), reference);
      parameters.copy_(start);
      double slope = (above - below) / (2 * nudge);
      double product =
          IntStream.range(0, gradient.length).mapToDouble(i -> gradient[i] * direction[i]).sum();
      assertThat(Math.abs(slope)).isGreaterThan(1e-2);
      assertThat(product).isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
    }
  }

  private static List<double[]> alone(Gpt model, List<Preferences> batch) {
    return batch.stream().map(prompt -> alone(model, prompt)).toList();
  }

  /// The log-probabilities of a prompt's completions, each read in a batch of its own.
  private static double[] alone(Gpt model, Preferences prompt) {
    return prompt.completions().stream()
        .mapToDouble(ids -> {
          var single =
              new Preferences(
                  prompt.prompt(), List.of(ids, new int[] {1}), List.of(new Pair(0, 1)));
          return Scope.constant(
              () -> CompletionLogProbs.under(model, List.of(single)).doubles()[0]);
        })
        .toArray();
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theFirstLossIsTheLogarithmOfTwoAndEveryMarginZeroToTheBit(Precision precision) {
    for (int tokens : new int[] {1, 90, Toys.ALL_AT_ONCE}) {
      var all = IntStream.range(0, 16).mapToObj(i -> Toys.pair(new Random(i))).toList();
      var dpo = Toys.dpo(Toys.fresh(precision), all, Toys.settings(2, 8, tokens));
      var first = dpo.step(0);
      assertThat(first.get("loss")).isCloseTo(Math.log(2), within(1e-15)); // the mean of 8
      assertThat(first)
          .containsEntry("margin", 0.0)
          .containsEntry("chosen_reward", 0.0)
          .containsEntry("rejected_reward", 0.0)
          .containsEntry("log_ratio", 0.0)
          .containsEntry("accuracy", 0.5);
      assertThat(dpo.step(1).get("margin")).isNotZero();
    }
  }

  @Test
  void aPairToldBothWaysRoundPullsInNeitherDirection() {
    var completions = List.of(new int[] {3, 4}, new int[] {5});
    var undecided =
        new Preferences(new int[] {1, 2}, completions, List.of(new Pair(0, 1), new Pair(1, 0)));
    var dpo = Toys.dpo(Toys.exact(), List.of(undecided), Toys.settings(1, 1, 100));
    assertThat(dpo.step(0).get("gradient_norm")).isCloseTo(0, within(1e-12));
  }

  // ---- Learning ----

  @Test
  void thirtyStepsOverfitTenPreferences() {
    var all = IntStream.range(0, 10).mapToObj(i -> Toys.pair(new Random(100 + i))).toList();
    var dpo = Toys.dpo(Toys.fresh(Precision.FULL), all, Toys.settings(30, 10, 200));
    var last = Map.<String, Double>of();
    for (int step = 0; step < 30; step++) {
      last = dpo.step(step);
    }
    assertThat(dpo.steps()).isEqualTo(30);
    assertThat(last.get("loss")).isLessThan(0.1);
    assertThat(last).containsEntry("accuracy", 1.0);
    assertThat(last.get("chosen_reward")).isGreaterThan(last.get("rejected_reward") + 2);
  }

  // ---- What changes nothing ----

  @Test
  void microBatchesOfOnePromptGiveTheResultOfOneBatch() {
    var all = Toys.preferences(16, 1);
    var apart = Toys.exact();
    var together = Toys.exact();
    var one = Toys.dpo(apart, all, Toys.settings(1, 8, 1));
    var other = Toys.dpo(together, all, Toys.settings(1, 8, Toys.ALL_AT_ONCE));
    for (int step = 0; step < 2; step++) {
      var metrics = one.step(step);
      var same = other.step(step);
      assertThat(same).containsOnlyKeys(metrics.keySet());
      for (var name : List.of("loss", "margin", "chosen_log_prob", "gradient_norm")) {
        assertThat(metrics.get(name)).as(name).isCloseTo(same.get(name), within(1e-9));
      }
    }
    assertThat(apart.parameters().flat().doubles())
        .containsExactly(together.parameters().flat().doubles(), within(1e-9));
  }

  @Test
  void anEpochVisitsEachPromptOnceHoweverFewThereAre() {
    var all = Toys.preferences(10, 2);
    var dpo = Toys.dpo(Toys.fresh(Precision.FULL), all, Toys.settings(2, 4, 100));
    var visits = new int[10];
    for (long step = 0; step < dpo.steps(); step++) {
      Arrays.stream(dpo.batch(step)).forEach(i -> visits[i]++);
    }
    assertThat(visits).containsOnly(2);
    assertThatThrownBy(() -> dpo.batch(dpo.steps())).hasMessageContaining("a run has 5 steps");
    var few = Toys.dpo(Toys.fresh(Precision.FULL), all.subList(0, 3), Toys.settings(2, 4, 100));
    assertThat(few.steps()).isEqualTo(2);
    assertThat(few.batch(0)).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void theHeldOutMetricsAreThoseOfTheStepWithoutLearning() {
    var all = Toys.preferences(6, 4);
    var model = Toys.exact();
    var dpo = Toys.dpo(model, all, all, Toys.settings(3, 6, 80));
    dpo.step(0);
    double[] before = model.parameters().flat().doubles();
    var held = dpo.evaluate(1);
    assertThat(model.parameters().flat().doubles()).containsExactly(before);
    var trained = dpo.step(1);
    held.forEach(
        (name, value) -> assertThat(trained.get(name)).as(name).isCloseTo(value, within(1e-9)));
    assertThat(held)
        .containsOnlyKeys(
            "loss",
            "accuracy",
            "margin",
            "chosen_reward",
            "rejected_reward",
            "chosen_log_prob",
            "rejected_log_prob",
            "log_ratio");
    assertThat(Toys.dpo(model, all, Toys.settings(1, 6, 80)).evaluate(0)).isEmpty();
  }

  @Test
  void aResumedRunEndsInTheSameBits(@TempDir Path folder) throws Exception {
    var all = Toys.preferences(20, 1);
    var settings = Toys.settings(2, 4, 150);
    var whole = Toys.fresh(Precision.FULL);
    var uninterrupted = Toys.dpo(whole, all, settings);
    for (int step = 0; step < 10; step++) {
      uninterrupted.step(step);
    }
    var first = Toys.dpo(Toys.fresh(Precision.FULL), all, Toys.preferences(3, 5), settings);
    for (int step = 0; step < 5; step++) {
      first.step(step);
      first.evaluate(step + 1);
    }
    Safetensors.write(folder.resolve("state"), first.state().tensors(), Map.of());
    var values = first.state().values().deepCopy();
    // As the run loop resumes: into the trainer's own tensors, before anything else is asked.
    var model = Toys.fresh(Precision.FULL);
    var second = Toys.dpo(model, all, settings);
    var own = second.state().tensors();
    Safetensors.readInto(folder.resolve("state"), own);
    second.restore(new TrainerState(own, values));
    for (int step = 5; step < 10; step++) {
      second.step(step);
    }
    assertThat(model.parameters().flat().sameBits(whole.parameters().flat())).isTrue();
    var expected = uninterrupted.state().tensors();
    second
        .state()
        .tensors()
        .forEach((name, tensor) ->
            assertThat(tensor.sameBits(Objects.requireNonNull(expected.get(name)))).isTrue());
  }

  @Test
  void thirtyStepsLeakNothing() {
    var all = Toys.preferences(60, 1);
    var dpo =
        Toys.dpo(Toys.fresh(Precision.FULL), all, Toys.preferences(5, 2), Toys.settings(4, 8, 150));
    dpo.step(0);
    dpo.evaluate(1);
    long before = Scope.liveObjects();
    for (int step = 1; step < 30; step++) {
      dpo.step(step);
      dpo.evaluate(step);
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  // ---- The edges ----

  @Test
  void theModelIsWrittenWithItsLineage(@TempDir Path folder) throws Exception {
    var model = Toys.fresh(Precision.FULL);
    var dpo = Toys.dpo(model, Toys.preferences(4, 1), Toys.settings(1, 4, 100));
    dpo.step(0);
    dpo.export(folder, Map.of("step", 1));
    var loaded = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
    assertThat(loaded.parameters().flat().sameBits(model.parameters().flat())).isTrue();
    assertThat(Lineage.isFramed(Lineage.read(folder))).isTrue();
    assertThat(Lineage.read(folder).at("/made/step").asInt()).isEqualTo(1);
  }

  @Test
  void aCompletionLongerThanTheContextIsRefusedByItsPrompt() {
    var longer =
        new Preferences(new int[20], List.of(new int[3], new int[13]), List.of(new Pair(0, 1)));
    var all = List.of(Toys.pair(new Random(1)), longer);
    assertThatThrownBy(() -> Toys.dpo(Toys.fresh(Precision.FULL), all, Toys.settings(1, 4, 100)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prompt 2 has 33 tokens")
        .hasMessageContaining("context is 32");
  }

  @Test
  void aStateOfOtherDataIsRefused() {
    var settings = Toys.settings(1, 4, 100);
    var other = Toys.dpo(Toys.fresh(Precision.FULL), Toys.preferences(5, 1), settings);
    var dpo = Toys.dpo(Toys.fresh(Precision.FULL), Toys.preferences(8, 1), settings);
    assertThatThrownBy(() -> dpo.restore(other.state()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 prompts, but there are 8 now");
  }

  @Test
  void nothingToLearnFromIsRefused() {
    assertThatThrownBy(() -> Toys.dpo(Toys.fresh(Precision.FULL), List.of(), Dpo.Settings.paper()))
        .hasMessageContaining("import rankings first");
  }

  @Test
  void settingsOutOfRangeAreRefusedByTheirKey() {
    assertThatThrownBy(() -> new Dpo.Settings(1, 1, 0, Dpo.Loss.DPO, 0, 1, 1, 0, 0, 1, 1, 1))
        .hasMessageContaining("beta");
    assertThatThrownBy(() -> new Dpo.Settings(1, 1, 0.1, Dpo.Loss.DPO, 0.5, 1, 1, 0, 0, 1, 1, 1))
        .hasMessageContaining("label_smoothing: expected from 0 to less than 0.5");
    assertThatThrownBy(() -> new Dpo.Settings(1, 1, 0.1, Dpo.Loss.IPO, 0.1, 1, 1, 0, 0, 1, 1, 1))
        .hasMessageContaining("label_smoothing: expected 0 with the loss ipo");
  }

  @Test
  void thePresetIsThatOfThePaper() {
    var paper = Dpo.Settings.paper();
    assertThat(paper.beta()).isEqualTo(0.1);
    assertThat(paper.batchPrompts()).isEqualTo(64);
    assertThat(paper.learningRate()).isEqualTo(1e-6);
    assertThat(paper.warmupSteps()).isEqualTo(150);
    assertThat(paper.minimumLearningRateRatio()).isEqualTo(1);
  }
}
