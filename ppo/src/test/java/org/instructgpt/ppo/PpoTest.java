package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.TrainerState;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The trainer as a whole.
@Tag("slow")
@ExtendWith(Scoped.class)
class PpoTest {

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theFirstRatioIsOneToTheBitInEveryIteration(Precision precision) {
    var config = GptConfig.small(2, 64, 2, 24, 300);
    var models =
        new PpoModels(
            Toys.gpt(config, DType.FLOAT32, precision, 0.3),
            Toys.gpt(config, DType.FLOAT32, precision, 0.5),
            Toys::share,
            new org.instructgpt.model.ScalarModel(config, precision, Device.CPU));
    var ppo = new Ppo(models, Toys.data(), Toys.settings(), Toys.LINEAGE, () -> 0);
    for (int iteration = 0; iteration < 4; iteration++) {
      var metrics = ppo.step(iteration);
      assertThat(metrics).containsEntry(HealthGates.RATIO_FIRST, 1.0);
      assertThat(metrics.get("ratio_max")).isGreaterThan(1);
    }
  }

  @Test
  void theKlIsZeroToTheBitWhileThePolicyIsTheReference() {
    var metrics = ppo(Toys.settings(), DType.FLOAT32).step(0);
    assertThat(metrics).containsEntry(HealthGates.KL, 0.0).containsEntry("episodes", 16.0);
    assertThat(metrics.values()).allMatch(Double::isFinite);
    assertThat(metrics)
        .containsKeys(
            HealthGates.ENTROPY, HealthGates.EOS_RATE, HealthGates.RESPONSE_LENGTH, "tokens");
  }

  @Test
  void anUpdateIsOneOptimizerStepAlsoWithPretrainingGradients() {
    var ppo = ppo(Toys.settings(), DType.FLOAT32);
    ppo.step(0);
    var values = ppo.state().values();
    assertThat(values.path("policy.optimizer_steps").asInt()).isEqualTo(4);
    assertThat(values.path("value.optimizer_steps").asInt()).isEqualTo(4);
  }

  @Test
  void moreInnerEpochsLearnAgainFromTheSameBatch() {
    var s = Toys.settings();
    var twice =
        new Settings(
            s.episodes(),
            16,
            4,
            2,
            2,
            s.sampling(),
            s.reward(),
            s.objective(),
            s.learning(),
            s.ptx(),
            s.seed());
    var ppo = ppo(twice, DType.FLOAT32);
    var metrics = ppo.step(0);
    assertThat(ppo.state().values().path("policy.optimizer_steps").asInt()).isEqualTo(8);
    assertThat(metrics).containsEntry(HealthGates.RATIO_FIRST, 1.0);
  }

  @Test
  void withoutACoefficientThereIsNoPretrainingAndNoTextIsNeeded() {
    var plain = withPtx(0);
    var without =
        new Ppo(models(DType.FLOAT32), Toys.data(Optional.empty()), plain, Toys.LINEAGE, () -> 0);
    var untouched =
        new Ppo(
            models(DType.FLOAT32),
            Toys.data(Optional.of(unreadable())),
            plain,
            Toys.LINEAGE,
            () -> 0);
    for (int iteration = 0; iteration < 2; iteration++) {
      assertThat(without.step(iteration))
          .isEqualTo(untouched.step(iteration))
          .doesNotContainKeys("ptx_loss", "grad_norm_ptx");
    }
    expectSame(copy(without.state()), untouched.state());
  }

  /// Text of ids that no embedding has: reading it fails.
  private static Corpus unreadable() {
    return new Corpus(new int[] {1000, 1000, 1000, 1000, 1000, 1000}, 5);
  }

  @Test
  void aTinyCoefficientIsNearlyPlainPpo() {
    var plain = ppo(withPtx(0), DType.FLOAT64);
    var nearly = ppo(withPtx(1e-9), DType.FLOAT64);
    plain.step(0);
    nearly.step(0);
    Expect.near(parameters(nearly), parameters(plain), 1e-6);
  }

  @Test
  void pretrainingGradientsAreRefusedWithoutText() {
    assertThatThrownBy(() ->
            new Ppo(
                models(DType.FLOAT32),
                Toys.data(Optional.empty()),
                Toys.settings(),
                Toys.LINEAGE,
                () -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ptx.coefficient is 27.8")
        .hasMessageContaining("plain PPO");
  }

  @Test
  void aPromptThatLeavesNoRoomIsRefusedByItsIndex() {
    var data =
        new PpoData(Toys.TOKENIZER, List.of(new int[3], new int[24]), List.of(), Optional.empty());
    assertThatThrownBy(
            () -> new Ppo(models(DType.FLOAT32), data, withPtx(0), Toys.LINEAGE, () -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prompt 2 has 24 tokens")
        .hasMessageContaining("context of 24");
  }

  @Test
  void theResultDoesNotDependOnTheSizeOfTheParts() {
    var whole = ppo(withParts(4), DType.FLOAT64);
    var single = ppo(withParts(1), DType.FLOAT64);
    for (int iteration = 0; iteration < 2; iteration++) {
      whole.step(iteration);
      single.step(iteration);
    }
    Expect.near(parameters(single), parameters(whole), 1e-9);
  }

  @Test
  void aResumedRunEndsInTheSameBits() {
    var adaptive = adaptiveKl();
    var straight = ppo(adaptive, DType.FLOAT32);
    for (int iteration = 0; iteration < 4; iteration++) {
      straight.step(iteration);
    }
    var first = ppo(adaptive, DType.FLOAT32);
    first.step(0);
    first.step(1);
    first.evaluate(2);
    var saved = copy(first.state());
    first.step(2); // what is saved stays as it was
    var second = ppo(adaptive, DType.FLOAT32);
    second.restore(saved);
    second.step(2);
    second.step(3);
    expectSame(second.state(), straight.state());
    assertThat(straight.state().values().path("kl_coefficient").asDouble()).isNotEqualTo(0.05);
  }

  @Test
  void aStateOfAnotherTrainerIsRefused() {
    var state = ppo(Toys.settings(), DType.FLOAT32).state();
    state.values().remove("kl_coefficient");
    assertThatThrownBy(() -> ppo(Toys.settings(), DType.FLOAT32).restore(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kl_coefficient");
  }

  @Test
  void evaluationUsesTheAverageAndChangesNothing() {
    var ppo = ppo(Toys.settings(), DType.FLOAT32);
    ppo.step(0);
    var before = copy(ppo.state());
    var metrics = ppo.evaluate(1);
    expectSame(before, ppo.state());
    assertThat(metrics)
        .containsOnlyKeys(
            "held_out_score",
            "held_out_score_ended",
            "held_out_score_cut",
            "held_out_kl",
            "held_out_response_length",
            "held_out_eos_rate",
            "held_out_entropy")
        .isEqualTo(ppo.evaluate(1));
    assertThat(metrics.get("held_out_kl")).isNotZero();
    // With the raw policy moved far away, the average's evaluation stays.
    var raw = before.tensors().get("policy.parameters");
    assertThat(raw).isNotNull();
    ppo.state().tensors().get("policy.parameters").zero_();
    assertThat(ppo.evaluate(1)).isEqualTo(metrics);
  }

  @Test
  void anInnerEpochReadsTheTextOfItsEpisodesAgain() {
    // With rates of 0 the policy stays, so the loss of an iteration is that of the text it read.
    var once = still(1);
    var twice = still(2);
    for (int iteration = 0; iteration < 3; iteration++) {
      assertThat(twice.step(iteration).get("ptx_loss"))
          .isCloseTo(once.step(iteration).getOrDefault("ptx_loss", 0.0), within(1e-12));
    }
  }

  private static Ppo still(int innerEpochs) {
    var s = Toys.settings();
    var learning = new Settings.Learning(0, 0, 0, 1, 1e-8, 0.9);
    var settings =
        new Settings(
            s.episodes(),
            s.batchSize(),
            s.minibatchSize(),
            s.microBatchSize(),
            innerEpochs,
            s.sampling(),
            s.reward(),
            s.objective(),
            learning,
            s.ptx(),
            s.seed());
    var data = Toys.data(Optional.of(Toys.corpus(150)));
    return new Ppo(models(DType.FLOAT64), data, settings, Toys.LINEAGE, () -> 0);
  }

  @Test
  void theResponseMayBeLongerThanHalfTheContext() {
    var s = Toys.settings();
    var settings =
        new Settings(
            s.episodes(),
            s.batchSize(),
            s.minibatchSize(),
            s.microBatchSize(),
            s.innerEpochs(),
            new Settings.Sampling(1, 20, 16),
            s.reward(),
            s.objective(),
            s.learning(),
            s.ptx(),
            s.seed());
    var prompts = new ArrayList<>(Toys.prompts(15, 0.2));
    prompts.add(IntStream.range(0, 23).map(i -> 1 + i % 11).toArray()); // all but the context
    var data = new PpoData(Toys.TOKENIZER, prompts, List.of(), Optional.of(Toys.corpus(8)));
    var ppo = new Ppo(models(DType.FLOAT32), data, settings, Toys.LINEAGE, () -> 0);
    assertThat(ppo.step(0)).containsKey("score");
  }

  @Test
  void fiftyIterationsLeaveNoNativeObjectBehind() {
    var ppo = ppo(Toys.settings(), DType.FLOAT32);
    ppo.step(0);
    ppo.evaluate(1);
    long before = Scope.liveObjects();
    for (int iteration = 1; iteration <= 50; iteration++) {
      ppo.step(iteration);
    }
    ppo.evaluate(51);
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void theSecondsOfEachPhaseAreReported() {
    long[] time = {0};
    var ppo =
        new Ppo(
            models(DType.FLOAT32),
            Toys.data(),
            Toys.settings(),
            Toys.LINEAGE,
            () -> time[0] += 1_000_000_000L);
    var metrics = ppo.step(0);
    // One tick for each phase, and in each of four updates two for PPO, one for pretraining, one
    // for the values.
    assertThat(metrics)
        .containsEntry("seconds_rollout", 1.0)
        .containsEntry("seconds_scoring", 1.0)
        .containsEntry("seconds_ptx", 4.0)
        .containsEntry("seconds_update", 12.0);
  }

  // ---- Variations ----

  private static PpoModels models(DType type) {
    return Toys.models(type, Toys::share);
  }

  private static Ppo ppo(Settings settings, DType type) {
    return new Ppo(models(type), Toys.data(), settings, Toys.LINEAGE, () -> 0);
  }

  private static Settings withPtx(double coefficient) {
    var s = Toys.settings();
    return with(s.microBatchSize(), s.reward(), new Settings.Ptx(coefficient, 2));
  }

  private static Settings withParts(int size) {
    var s = Toys.settings();
    return with(size, s.reward(), s.ptx());
  }

  private static Settings adaptiveKl() {
    var s = Toys.settings();
    return with(2, new Settings.Rewards(0.05, 0.01, 100, 0, null, null, true), s.ptx());
  }

  private static Settings with(int parts, Settings.Rewards reward, Settings.Ptx ptx) {
    var s = Toys.settings();
    return new Settings(
        s.episodes(), 16, 4, parts, 1, s.sampling(), reward, s.objective(), s.learning(), ptx, 7);
  }

  // ---- States ----

  private static double[] parameters(Ppo ppo) {
    return get(ppo.state().tensors(), "policy.parameters").doubles();
  }

  private static TrainerState copy(TrainerState state) {
    var tensors = new LinkedHashMap<String, Tensor>();
    state.tensors().forEach((name, tensor) -> tensors.put(name, tensor.copy()));
    return new TrainerState(tensors, state.values().deepCopy());
  }

  private static void expectSame(TrainerState a, TrainerState b) {
    assertThat(a.values()).isEqualTo(b.values());
    assertThat(a.tensors().keySet()).isEqualTo(b.tensors().keySet());
    a.tensors()
        .forEach((name, tensor) ->
            assertThat(tensor.sameBits(get(b.tensors(), name))).as(name).isTrue());
  }

  private static Tensor get(Map<String, Tensor> tensors, String name) {
    return java.util.Objects.requireNonNull(tensors.get(name), name);
  }
}
