package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MicroBatchTest {
  private static final List<JudgedPrompt> BATCH = JudgedPrompt.of(Toys.rankings(40, 3));

  @ParameterizedTest
  @ValueSource(ints = {1, 60, 200, 1000, 1 << 20})
  void everyCompletionIsOneRowOfOnePart(int tokens) {
    var parts = MicroBatch.of(BATCH, tokens);

    var seen = new ArrayList<JudgedPrompt>();
    parts.forEach(part -> seen.addAll(part.prompts()));
    assertThat(seen).containsExactlyInAnyOrderElementsOf(BATCH);
    int rows = parts.stream().mapToInt(part -> part.rows().size()).sum();
    assertThat(rows).isEqualTo(BATCH.stream().mapToInt(JudgedPrompt::k).sum());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 60, 200, 1000})
  void aPartOfSeveralPromptsKeepsToTheBudget(int tokens) {
    try (var _ = Scope.open()) {
      for (var part : MicroBatch.of(BATCH, tokens)) {
        var sequences = Sequences.of(part.rows(), Device.CPU);
        assertThat(sequences.tokens().count() <= tokens || part.prompts().size() == 1).isTrue();
      }
    }
  }

  @Test
  void aLargeBudgetMakesOnePart() {
    assertThat(MicroBatch.of(BATCH, 1 << 20)).hasSize(1);
    assertThat(MicroBatch.of(BATCH, 1)).hasSize(BATCH.size());
  }

  @Test
  void thePromptIsReadOnceAndEachCompletionSeesIt() {
    var ranked =
        new TokenizedRanking(
            "p", new int[] {4, 5}, List.of(new int[] {9}, new int[] {6, 9}), List.of(1, 2), "ann");
    try (var _ = Scope.open()) {
      var sequences =
          Sequences.of(
              new MicroBatch(JudgedPrompt.of(List.of(ranked)), List.of()).rows(), Device.CPU);

      assertThat(sequences.tokens().longs()).containsExactly(4, 5, 6, 9, 9);
      assertThat(sequences.last().longs()).containsExactly(4, 3);
      assertThat(sequences.row(0)).containsExactly(4, 5, 9);
      assertThat(sequences.row(1)).containsExactly(4, 5, 6, 9);
    }
  }
}
