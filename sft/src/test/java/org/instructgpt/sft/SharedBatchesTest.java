package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.instructgpt.cluster.RankThreads;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Trainer;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Several ranks that share each batch train the model that one trains, in float64.
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedBatchesTest {
  private static final int STEPS = 4;

  /// A trainer of a model.
  @FunctionalInterface
  private interface Making {
    Trainer of(Gpt model, Ranks ranks);
  }

  /// What a training gave.
  private record Trained(
      List<Map<String, Double>> steps, Map<String, Double> held, double[] weights) {}

  private static Trained train(Making making, Ranks ranks) {
    var gpt = Small.exact();
    var trainer = making.of(gpt, ranks);
    var steps = new ArrayList<Map<String, Double>>();
    for (int step = 0; step < STEPS; step++) {
      steps.add(trainer.step(step));
    }
    return new Trained(steps, trainer.evaluate(STEPS), gpt.parameters().flat().doubles());
  }

  private static void assertEqual(Map<String, Double> found, Map<String, Double> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    found.forEach((name, value) ->
        assertThat(value)
            .as(name)
            .isCloseTo(
                expected.getOrDefault(name, Double.NaN),
                within(1e-10 * Math.max(1, Math.abs(value)))));
  }

  private static void assertAsOne(int count, Making making) throws Exception {
    Trained alone;
    try (var _ = Scope.open()) {
      alone = train(making, Ranks.alone());
    }
    var all = RankThreads.together(count, ranks -> train(making, ranks));
    for (var rank : all) {
      for (int step = 0; step < STEPS; step++) {
        assertEqual(rank.steps.get(step), alone.steps.get(step));
      }
      assertEqual(rank.held, alone.held);
      assertThat(rank.weights).containsExactly(alone.weights, within(1e-10));
      assertThat(rank.weights).isEqualTo(all.getFirst().weights); // to the bit
    }
    var again = RankThreads.together(count, ranks -> train(making, ranks));
    assertThat(again.getFirst().weights).isEqualTo(all.getFirst().weights); // to the bit
  }

  private static Trainer pretraining(Gpt model, Ranks ranks) {
    var data = new Pretraining.Data(Small.TOKENIZER, Small.alphabet());
    return new Pretraining(model, data, Small.pretraining(STEPS, 3, 2), Small.LINEAGE, ranks);
  }

  @ParameterizedTest
  @CsvSource({"2", "4"}) // with four ranks and a batch of three one has nothing to do
  void pretraining(int count) throws Exception {
    assertAsOne(count, SharedBatchesTest::pretraining);
  }

  @ParameterizedTest
  @CsvSource({"2", "4"})
  void supervisedFineTuningWithPretrainingMix(int count) throws Exception {
    var data = Small.data(9);
    assertAsOne(
        count,
        (model, ranks) -> new Sft(model, data, Small.settings(3, 2, 0, 0.4), Small.LINEAGE, ranks));
  }

  @Test
  void droppedEntriesAreDrawnAnewOnEachRank() throws Exception {
    var data = Small.data(9);
    var found =
        RankThreads.together(
            2,
            ranks ->
                train(
                    (model, others) ->
                        new Sft(model, data, Small.settings(3, 2, 0.2, 0), Small.LINEAGE, others),
                    ranks));
    assertThat(found.getFirst().weights).isEqualTo(found.getLast().weights);
  }
}
