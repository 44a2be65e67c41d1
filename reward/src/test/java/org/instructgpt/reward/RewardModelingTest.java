package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cluster.RankThreads;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.model.TrainerState;
import org.instructgpt.reward.RewardModeling.Settings;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class RewardModelingTest {
  private static final int ALL_AT_ONCE = 1 << 20;

  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  /// The parameters after some steps in double precision.
  private static double[] trained(List<TokenizedRanking> rankings, Settings settings, int steps) {
    try (var _ = Scope.open()) {
      var model = Toys.model(DType.FLOAT64, 1);
      var trainer = Toys.trainer(model, rankings, settings);
      for (int step = 0; step < steps; step++) {
        var _ = trainer.step(step);
      }
      return model.parameters().flat().doubles();
    }
  }

  @Test
  void microBatchesOfOnePromptGiveTheResultOfOneBatch() {
    var rankings = Toys.rankings(24, 1);
    var apart = Toys.trainer(Toys.model(DType.FLOAT64, 1), rankings, Toys.settings(1, 8, 1));
    var together =
        Toys.trainer(Toys.model(DType.FLOAT64, 1), rankings, Toys.settings(1, 8, ALL_AT_ONCE));

    for (int step = 0; step < 2; step++) {
      var eight = apart.step(step);
      var one = together.step(step);
      assertThat(eight).hasSameSizeAs(one);
      one.forEach(
          (name, value) -> assertThat(eight.get(name)).as(name).isCloseTo(value, within(1e-9)));
    }

    double[] weights = together.state().tensors().get("reward_model.parameters").doubles();
    assertThat(apart.state().tensors().get("reward_model.parameters").doubles())
        .containsExactly(weights, within(1e-10));
  }

  /// The weights and the metrics of two steps on one of several ranks.
  private record Shared(double[] weights, List<Map<String, Double>> steps) {}

  private static Shared shared(Ranks ranks) {
    var model = Toys.model(DType.FLOAT64, 1);
    var data = Toys.data(Toys.rankings(24, 1), List.of(), List.of());
    var settings = Toys.settings(1, 8, 100);
    var trainer = new RewardModeling(model, data, settings, Toys.lineage(), ranks);
    var steps = List.of(trainer.step(0), trainer.step(1));
    return new Shared(model.parameters().flat().doubles(), steps);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void ranksThatShareABatchTrainTheModelThatOneTrains(int count) throws Exception {
    var alone = shared(Ranks.alone());
    var all = RankThreads.together(count, RewardModelingTest::shared);
    for (var rank : all) {
      assertThat(rank.weights).containsExactly(alone.weights, within(1e-10));
      assertThat(rank.weights).isEqualTo(all.getFirst().weights); // to the bit
      for (int step = 0; step < 2; step++) {
        var expected = alone.steps.get(step);
        assertThat(rank.steps.get(step)).hasSameSizeAs(expected);
        rank.steps
            .get(step)
            .forEach((name, value) ->
                assertThat(value).as(name).isCloseTo(expected.get(name), within(1e-9)));
      }
    }
  }

  @Test
  void theOrderWithinABatchDoesNotMatter() {
    var rankings = Toys.rankings(16, 1);
    var shuffled = new ArrayList<>(rankings.stream().map(RewardModelingTest::reversed).toList());
    Collections.shuffle(shuffled, new Random(2));

    double[] ordered = trained(rankings, Toys.settings(1, 16, 100), 1);

    assertThat(trained(shuffled, Toys.settings(1, 16, 100), 1))
        .containsExactly(ordered, within(1e-10));
  }

  private static TokenizedRanking reversed(TokenizedRanking r) {
    return new TokenizedRanking(
        r.promptId(), r.prompt(), r.completions().reversed(), r.ranks().reversed(), r.labeler());
  }

  @Test
  void anEpochTakesEveryRankingWithPairsOnce() {
    var rankings = Toys.rankings(50, 1);
    var trainer =
        Toys.trainer(Toys.model(DType.FLOAT32, 1), rankings, Toys.settings(2, 8, ALL_AT_ONCE));
    var withPairs = rankings.stream().filter(TokenizedRanking::hasPairs).toList();
    assertThat(withPairs.size()).isLessThan(50);

    var taken = new ArrayList<TokenizedRanking>();
    for (long step = 0; step < trainer.steps(); step++) {
      trainer.batch(step).forEach(judged -> taken.addAll(judged.rankings()));
    }

    assertThat(taken.subList(0, withPairs.size())).containsExactlyInAnyOrderElementsOf(withPairs);
    assertThat(taken.subList(withPairs.size(), taken.size()))
        .containsExactlyInAnyOrderElementsOf(withPairs);
  }

  @Test
  void aBatchLargerThanTheDataTakesEachRankingOnce() {
    var rankings = Toys.rankings(5, 2).stream().filter(TokenizedRanking::hasPairs).toList();
    var trainer =
        Toys.trainer(Toys.model(DType.FLOAT32, 1), rankings, Toys.settings(1, 64, ALL_AT_ONCE));

    assertThat(trainer.steps()).isOne();
    assertThat(trainer.batch(0).stream().flatMap(judged -> judged.rankings().stream()))
        .containsExactlyInAnyOrderElementsOf(rankings);
    assertThat(trainer.step(0))
        .containsEntry(
            "completions", (double) rankings.stream().mapToInt(TokenizedRanking::k).sum());
  }

  @Test
  void aToyPreferenceIsLearned() {
    var random = new Random(3);
    var rankings = new ArrayList<TokenizedRanking>();
    for (int i = 0; i < 1700; i++) {
      rankings.add(
          Toys.ranked(
              random, 4, "p" + i, ids -> Arrays.stream(ids).anyMatch(id -> id < 4) ? 1 : 0));
    }
    var data = Toys.data(rankings.subList(200, 1700), rankings.subList(0, 200), List.of());
    var model = Toys.model(DType.FLOAT32, 4);
    var trainer =
        new RewardModeling(model, data, Toys.settings(1, 32, ALL_AT_ONCE), Toys.lineage());
    double before = trainer.evaluate(0).getOrDefault("accuracy", Double.NaN);

    for (long step = 0; step < trainer.steps(); step++) {
      var _ = trainer.step(step);
    }

    var metrics = trainer.evaluate(trainer.steps());
    var report = trainer.report();
    assertThat(trainer.steps()).isLessThan(50);
    assertThat(before).isBetween(0.3, 0.7);
    assertThat(metrics.get("accuracy")).isGreaterThan(0.95).isEqualTo(report.accuracy().value());
    assertThat(metrics.get("prompt_accuracy")).isEqualTo(report.promptAccuracy().value());
    assertThat(metrics.get("loss")).isLessThan(0.3).isEqualTo(report.loss());
    assertThat(report.lead().low()).isPositive();
  }

  @Test
  void theBiasStaysWhereItIs() {
    var model = Toys.model(DType.FLOAT32, 1);
    model.setBias(0.5);
    var trainer = Toys.trainer(model, Toys.rankings(40, 1), Toys.settings(1, 4, ALL_AT_ONCE));

    for (int step = 0; step < 5; step++) {
      var _ = trainer.step(step);
    }

    assertThat(model.bias()).isEqualTo(0.5);
  }

  @Test
  void aResumedRunEndsInTheSameBits(@TempDir Path folder) throws Exception {
    var rankings = Toys.rankings(60, 1);
    var settings = Toys.settings(2, 8, 200);
    var data = Toys.data(rankings, Toys.rankings(10, 2), Toys.demonstrations(10, 3));
    var whole = Toys.model(DType.FLOAT32, 1);
    var uninterrupted = new RewardModeling(whole, data, settings, Toys.lineage());
    for (int step = 0; step < 10; step++) {
      var _ = uninterrupted.step(step);
    }

    var first = new RewardModeling(Toys.model(DType.FLOAT32, 1), data, settings, Toys.lineage());
    for (int step = 0; step < 5; step++) {
      var _ = first.step(step);
      var _ = first.evaluate(step); // neither measuring nor exporting leaves a trace
    }
    first.export(
        folder.resolve("model").toFile().mkdir() ? folder.resolve("model") : folder, Map.of());
    Safetensors.write(folder.resolve("state"), first.state().tensors(), Map.of());
    String values = first.state().values().toString();
    var model = Toys.model(DType.FLOAT32, 99);
    var second = new RewardModeling(model, data, settings, Toys.lineage());
    second.restore(
        new TrainerState(
            Safetensors.read(folder.resolve("state")),
            (ObjectNode) new ObjectMapper().readTree(values)));
    for (int step = 5; step < 10; step++) {
      var _ = second.step(step);
    }

    assertThat(model.parameters().flat().sameBits(whole.parameters().flat())).isTrue();
    second
        .state()
        .tensors()
        .forEach((name, tensor) ->
            assertThat(tensor.sameBits(uninterrupted.state().tensors().get(name)))
                .as(name)
                .isTrue());
  }

  @Test
  void fiftyStepsLeakNothing() {
    var rankings = Toys.rankings(400, 1);
    var data = Toys.data(rankings, Toys.rankings(5, 2), List.of());
    var trainer =
        new RewardModeling(
            Toys.model(DType.FLOAT32, 1), data, Toys.settings(2, 8, 150), Toys.lineage());
    var _ = trainer.step(0);
    long before = Scope.liveObjects();

    for (int step = 1; step < 50; step++) {
      var _ = trainer.step(step);
      var _ = trainer.evaluate(step);
    }

    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void theExportedModelIsShiftedAndTheOneInTrainingIsNot(@TempDir Path folder) throws Exception {
    var demonstrations = Toys.demonstrations(40, 3);
    var model = Toys.model(DType.FLOAT32, 1);
    var data = Toys.data(Toys.rankings(20, 1), List.of(), demonstrations);
    var trainer = new RewardModeling(model, data, Toys.settings(1, 8, 200), Toys.lineage());
    var _ = trainer.step(0);

    trainer.export(folder, Map.of("step", 1));

    assertThat(model.bias()).isZero();
    var exported = Checkpoint.loadRewardModel(folder, Precision.FULL, Device.CPU);
    double[] rewards = SequenceScorer.longestFirst(500).rewards(exported, demonstrations);
    assertThat(Arrays.stream(rewards).average().orElseThrow()).isCloseTo(0, within(1e-6));
    assertThat(exported.bias()).isNotZero();
    var lineage = Lineage.read(folder);
    assertThat(lineage.path("stage").asText()).isEqualTo("reward");
    assertThat(lineage.at("/made/step").asInt()).isOne();
    assertThat(lineage.at("/made/demonstrations_of_the_shift").asInt()).isEqualTo(40);
    assertThat(trainer.evaluate(1)).isEmpty();
  }

  @Test
  void nothingToLearnFromIsRefused() {
    var ties = List.of(Toys.judged("p", "ann", List.of(1, 1)));

    assertThatThrownBy(() -> Toys.data(ties, List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 1 ranking and none that does");
  }

  @Test
  void aRowLongerThanTheContextIsRefusedByName() {
    var model = Toys.model(DType.FLOAT32, 1);
    var rankings = List.of(Toys.judged("long-one", "ann", List.of(1, 2), 3, 32));

    assertThatThrownBy(() -> Toys.trainer(model, rankings, Toys.settings(1, 8, 100)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prompt long-one has 33 tokens")
        .hasMessageContaining("context is 32");
  }

  @Test
  void aStateOfOtherDataIsRefused() {
    var settings = Toys.settings(1, 8, 100);
    var other = Toys.trainer(Toys.model(DType.FLOAT32, 1), Toys.rankings(12, 1), settings);
    var trainer = Toys.trainer(Toys.model(DType.FLOAT32, 1), Toys.rankings(40, 1), settings);

    assertThatThrownBy(() -> trainer.restore(other.state()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("go on with the same data");
  }

  @Test
  void settingsOutOfRangeAreRefusedByTheirKey() {
    assertThatThrownBy(() -> new Settings(1, 0, 1e-3, 0.1, 0, 0, 1, 1, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch_prompts");
    assertThatThrownBy(() -> new Settings(1, 1, 1e-3, 1.1, 0, 0, 1, 1, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("minimum_learning_rate_ratio");
  }

  @Test
  void thePaperTakesSixtyFourPromptsForOneEpoch() {
    var paper = Settings.paper();
    assertThat(paper.epochs()).isOne();
    assertThat(paper.batchPrompts()).isEqualTo(64);
    assertThat(paper.learningRate()).isEqualTo(9e-6);
    assertThat(paper.minimumLearningRateRatio()).isEqualTo(0.1);
  }
}
