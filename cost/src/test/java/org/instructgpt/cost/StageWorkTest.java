package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.instructgpt.model.GptConfig;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StageWorkTest {
  private static final GptConfig TINY = GptConfig.small(1, 8, 2, 16, 300);
  private static final PpoWork PPO = ppo(2);

  private static PpoWork ppo(int ratio) {
    return new PpoWork(
        TINY, new PpoWork.Episodes(8, 4, 6), new PpoWork.Text(ratio, 10), 8, System::nanoTime);
  }

  static List<StageWork> works() {
    return List.of(
        new TrainingWork(TINY, 2, 16),
        new SamplingWork(TINY, 3, 4, 6),
        PPO,
        new RewardWork(TINY, 2, 4, 10, 40));
  }

  @ParameterizedTest
  @MethodSource("works")
  void workCanBeRepeatedAndMeasuresItself(StageWork work) {
    int measured =
        work.prepare(
            Place.processor(Precision.FULL),
            step -> {
              var _ = step.run();
              return step.run().size();
            });
    assertThat(measured).isPositive();
    assertThat(work.demand(Precision.FULL).operations()).isPositive();
    assertThat(work.memory(Precision.FULL)).isGreaterThan(4.0 * TINY.parameters());
  }

  @Test
  void aTrainingStepNeedsItsTokensAndTheOptimizersTraffic() {
    var work = new TrainingWork(TINY, 2, 16);
    assertThat(work.units()).isEqualTo(32);
    // Weights read twice, gradient written, AdamW: 4 + 4 + 4 + 28 bytes a parameter.
    assertThat(work.demand(Precision.FULL))
        .isEqualTo(
            new Demand(32 * new GptOperations(TINY).trainingToken(16), 40.0 * TINY.parameters()));
  }

  @Test
  void aPromptCountsOnceHoweverManyCompletionsItHas() {
    var operations = new GptOperations(TINY);
    double four = new RewardWork(TINY, 2, 4, 10, 40).demand(Precision.FULL).operations();
    double nine = new RewardWork(TINY, 2, 9, 10, 40).demand(Precision.FULL).operations();
    assertThat(nine - four).isCloseTo(3 * 2 * operations.blocks(5 * 5, 10), within(1e-3));
  }

  @Test
  void plainPpoLacksNoWorkButThatOfTheText() {
    double text = 3 * new GptOperations(TINY).sequences(8 * 2, 10, 10);
    double difference =
        PPO.demand(Precision.FULL).operations() - ppo(0).demand(Precision.FULL).operations();
    assertThat(difference).isCloseTo(text, within(1e-3));
  }

  /// Keys and values of 2 tokens of a prompt are written; the next two tokens write their own and
  /// read 3 and 4: in all 2 + (1 + 3) + (1 + 4) = 11 pairs of 8 numbers. The weights are read for
  /// the prompt and for both tokens.
  @Test
  void samplingReadsTheWeightsOncePerPositionAndTheCacheSoFar() {
    assertThat(new SamplingWork(TINY, 1, 2, 3).demand(Precision.FULL).bytes())
        .isEqualTo(3 * 4.0 * TINY.parameters() + 11 * 2 * 8 * 4);
  }

  @Test
  void episodesThatCannotBeSplitIntoMinibatchesAreRefused() {
    assertThatThrownBy(() -> new PpoWork.Episodes(12, 4, 6))
        .hasMessage("episodes must be a multiple of 8, but are 12");
  }
}
