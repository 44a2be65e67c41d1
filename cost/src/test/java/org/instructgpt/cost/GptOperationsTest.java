package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.instructgpt.model.GptConfig;
import org.junit.jupiter.api.Test;

class GptOperationsTest {
  /// One layer, width 2, one head, vocabulary 3.
  private static final GptOperations TINY = new GptOperations(GptConfig.small(1, 2, 1, 8, 3));

  /// Two tokens. Matrices: 2x6, 2x2, 2x8 and 8x2 have 12 + 4 + 16 + 16 = 48 entries, times 2 tokens
  /// times 2 = 192. Attention: each token's query with 2 keys of 2 entries, and 2 values of 2
  /// entries: 4 + 4 = 8, times 2 tokens times 2 = 32. Unembedding: 2x3 = 6 entries, times 2 = 12 a
  /// position.
  @Test
  void theProductsOfATinyModelAreCountedByHand() {
    assertThat(TINY.blocks(2, 2)).isEqualTo(192 + 32);
    assertThat(TINY.unembedding(1)).isEqualTo(12);
    assertThat(TINY.sequences(1, 2, 1)).isEqualTo(192 + 32 + 12);
    assertThat(TINY.sequences(3, 2, 2)).isEqualTo(3 * (192 + 32 + 2 * 12));
  }

  @Test
  void aPassWithGradientsIsTwiceThatMore() {
    assertThat(TINY.trainingToken(2)).isEqualTo(3 * (192 + 32 + 2 * 12) / 2.0);
  }

  /// A prompt of 3 tokens and a response of 4: the prompt's pass gives the first token, then tokens
  /// 4, 5 and 6 of the row go through one by one and see 4, 5 and 6 keys.
  @Test
  void samplingIsAPassOverThePromptAndOneForEachFurtherToken() {
    double steps =
        TINY.blocks(1, 4) + TINY.blocks(1, 5) + TINY.blocks(1, 6) + 3 * TINY.unembedding(1);
    assertThat(TINY.sampling(1, 3, 4)).isEqualTo(TINY.sequences(1, 3, 1) + steps);
    assertThat(TINY.sampling(5, 3, 4)).isEqualTo(5 * TINY.sampling(1, 3, 4));
  }

  @Test
  void trainingNeeds34MillionOperationsATokenAtBAnd770AtD() {
    var b = new GptOperations(BenchmarkSize.B.shape()).trainingToken(128);
    var d = new GptOperations(BenchmarkSize.D.shape()).trainingToken(256);
    assertThat(b * 1e-6).isCloseTo(34, within(0.5));
    assertThat(d * 1e-6).isCloseTo(770, within(0.5));
  }
}
