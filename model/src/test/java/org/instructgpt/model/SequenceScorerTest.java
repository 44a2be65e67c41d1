package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SequenceScorerTest {
  private static final GptConfig CONFIG =
      new GptConfig(2, 8, 2, 24, 30, GptConfig.Activation.GELU, 1e-5, 0, 0);

  /// Lengths 5, 3, 9, 4, 3, 7, 6.
  private static final List<EncodedExample> EXAMPLES =
      List.of(
          example(2, 3),
          example(1, 2),
          example(5, 4),
          example(3, 1),
          example(2, 1),
          example(1, 6),
          example(4, 2));

  private final Scope scope = Scope.open();
  private Gpt gpt;
  private ScalarModel scalar;

  private static EncodedExample example(int prompt, int response) {
    return new EncodedExample(
        IntStream.range(0, prompt).map(i -> (7 * i + prompt + 3 * response) % 30).toArray(),
        IntStream.range(0, response).map(i -> (11 * i + 5 * prompt + response) % 30).toArray());
  }

  @BeforeEach
  void models() {
    gpt =
        new Gpt(
            CONFIG, Precision.FULL, new Parameters(Gpt.shapes(CONFIG), DType.FLOAT64, Device.CPU));
    gpt.initialize(new Randomness(1));
    scalar =
        new ScalarModel(
            CONFIG,
            Precision.FULL,
            new Parameters(ScalarModel.shapes(CONFIG), DType.FLOAT64, Device.CPU));
    scalar.initializeFrom(gpt, new Randomness(2));
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void anExampleOfAPaddedBatchHasTheRewardThatItHasAlone() {
    double[] alone =
        EXAMPLES.stream()
            .mapToDouble(each ->
                Scope.constant(
                    () -> scalar.rewards(Sequences.of(List.of(each), Device.CPU)).doubles()[0]))
            .toArray();

    assertThat(alone).doesNotHaveDuplicates();
    for (var scorer : scorers()) {
      assertThat(scorer.rewards(scalar, EXAMPLES)).containsExactly(alone, within(1e-13));
    }
  }

  @Test
  void eachExampleHasTheLogProbabilitiesOfItsOwnTokens() {
    for (var scorer : scorers()) {
      var scores = scorer.logProbs(gpt, EXAMPLES);
      assertThat(scores).hasSameSizeAs(EXAMPLES);
      for (int i = 0; i < EXAMPLES.size(); i++) {
        var batch = Sequences.of(List.of(EXAMPLES.get(i)), Device.CPU);
        double[] alone =
            Scope.constant(() -> LogProbs.ofResponses(gpt, batch, 1, Dropout.NONE)).doubles();
        assertThat(scores.get(i)).containsExactly(alone, within(1e-13));
      }
    }
  }

  private static List<SequenceScorer> scorers() {
    return List.of(
        SequenceScorer.inOrder(3),
        SequenceScorer.inOrder(100),
        SequenceScorer.shortestFirst(3),
        SequenceScorer.longestFirst(14),
        SequenceScorer.longestFirst(1));
  }

  @Test
  void batchesHaveSoManyRowsOrCells() {
    assertThat(batches(SequenceScorer.inOrder(3))).containsExactly(3, 3, 1);
    assertThat(batches(SequenceScorer.shortestFirst(5))).containsExactly(5, 2);
    // 9 | 7 6 | 5 4 | 3 3 of at most 14 cells
    assertThat(batches(SequenceScorer.longestFirst(14))).containsExactly(1, 2, 3, 1);
    assertThat(batches(SequenceScorer.longestFirst(8))).containsExactly(1, 1, 1, 1, 2, 1);
  }

  private List<Integer> batches(SequenceScorer scorer) {
    var batches = new ArrayList<Integer>();
    scorer.observed(() -> false, batches::add).rewards(scalar, EXAMPLES);
    return batches;
  }

  @Test
  void batchesAreSortedByLength() {
    assertThat(order(SequenceScorer.shortestFirst(1))).containsExactly(3, 3, 4, 5, 6, 7, 9);
    assertThat(order(SequenceScorer.longestFirst(1))).containsExactly(9, 7, 6, 5, 4, 3, 3);
  }

  /// The lengths of the examples in the order in which they are scored.
  private static List<Integer> order(SequenceScorer scorer) {
    var order = new ArrayList<Integer>();
    for (var batch : scorer.batches(EXAMPLES)) {
      batch.forEach(i -> order.add(EXAMPLES.get(i).length()));
    }
    return order;
  }

  @Test
  void aScorerStopsBeforeItsNextBatch() {
    var done = new ArrayList<Integer>();
    var scorer = SequenceScorer.shortestFirst(2).observed(() -> done.size() == 2, done::add);

    assertThatThrownBy(() -> scorer.rewards(scalar, EXAMPLES))
        .isInstanceOf(CancellationException.class);
    assertThat(done).containsExactly(2, 2);
  }

  @Test
  void nothingHasNoScores() {
    for (var scorer : scorers()) {
      assertThat(scorer.rewards(scalar, List.of())).isEmpty();
      assertThat(scorer.logProbs(gpt, List.of())).isEmpty();
    }
  }

  @Test
  void scoringLeavesNothingInNativeMemory() {
    long before = Scope.liveObjects();
    for (var scorer : scorers()) {
      assertThat(Arrays.stream(scorer.rewards(scalar, EXAMPLES)).allMatch(Double::isFinite))
          .isTrue();
      assertThat(scorer.logProbs(gpt, EXAMPLES)).isNotEmpty();
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }
}
