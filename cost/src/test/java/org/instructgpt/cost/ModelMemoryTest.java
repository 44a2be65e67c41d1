package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;

import org.instructgpt.model.GptConfig;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;

class ModelMemoryTest {
  /// Two layers of width 4 with 2 heads, context 8, vocabulary 10.
  private static final GptConfig TINY = GptConfig.small(2, 4, 2, 8, 10);

  private static final ModelMemory FULL = new ModelMemory(TINY, Precision.FULL);
  private static final ModelMemory MIXED = new ModelMemory(TINY, Precision.MIXED);

  /// Embeddings (10 + 8) x 4 = 72; a block 12 x 16 + 13 x 4 = 244, twice; 8 in the last
  /// normalisation: 568 parameters.
  @Test
  void aModelInTrainingTakesSixteenBytesAParameter() {
    assertThat(TINY.parameters()).isEqualTo(568);
    assertThat(FULL.learning(false)).isEqualTo(16 * 568);
    assertThat(FULL.learning(true)).isEqualTo(12 * 568);
  }

  @Test
  void onlyInBfloat16AreTheWeightsConverted() {
    assertThat(FULL.operands()).isZero();
    assertThat(MIXED.operands()).isEqualTo(2 * 568);
    assertThat(FULL.samplingOperands(1)).isZero();
    assertThat(FULL.samplingOperands(2)).isEqualTo(4 * 568);
    assertThat(MIXED.samplingOperands(2)).isEqualTo(2 * 568);
  }

  /// A layer in float32: stream 8, normalised 8, queries, keys and values 12, mixed 4, GELU 32
  /// numbers, one sum for each of 2 heads, mean and deviation of two normalisations: 70 of 4 bytes.
  /// In and out of the blocks 12 more.
  @Test
  void whatAutogradKeepsIsCountedTensorByTensor() {
    assertThat(FULL.layer(8)).isEqualTo(4 * (8 + 8 + 12 + 4 + 32 + 2 + 4));
    assertThat(FULL.activations(3, 8)).isEqualTo(3 * (2 * 4 * 70 + 4 * 12));
    assertThat(FULL.masks(3)).isEqualTo(3 * 2 * 4 * 8);
  }

  /// In bfloat16: stream 8 float32, the rest 56 of 2 bytes, 2 x 5 weights of attention for 5 keys,
  /// 4 float32 numbers of the normalisations.
  @Test
  void inBfloat16TheAttentionsWeightsAreKept() {
    assertThat(MIXED.layer(5)).isEqualTo(4 * 8 + 2 * (56 + 10) + 4 * 4);
    assertThat(MIXED.masks(3)).isEqualTo(FULL.masks(3) / 2);
  }

  @Test
  void logitsHaveTheirGradientsWhereThereAreAny() {
    assertThat(FULL.logits(3)).isEqualTo(3 * 10 * 4);
    assertThat(MIXED.logits(3)).isEqualTo(3 * 10 * 6);
    assertThat(FULL.sampledLogits(3)).isEqualTo(3 * 10 * 8);
  }

  /// Without logits the gradients in the last layer come on top: 8 numbers of the products' and 2
  /// of the parameters' type a width. With them these take the logits' place, unless the gradient
  /// of the unembedding is larger.
  @Test
  void theBackwardPassHoldsTheLargerOfTwoPeaks() {
    assertThat(FULL.backward(3, 0)).isEqualTo(3 * 4 * 40);
    assertThat(FULL.backward(3, 3)).isEqualTo(3 * 4 * 40 - 3 * 10 * 4);
    assertThat(FULL.backward(1, 3)).isEqualTo(10 * 4 * 4);
  }

  @Test
  void aPassWithoutGradientsDoesNotGrowWithTheLayers() {
    var deep = new ModelMemory(GptConfig.small(20, 4, 2, 8, 10), Precision.FULL);
    assertThat(deep.scoring(3, 8)).isEqualTo(FULL.scoring(3, 8)).isEqualTo(3 * 4 * 48);
    assertThat(deep.activations(3, 8)).isGreaterThan(9 * FULL.activations(3, 8));
  }

  /// Keys and values, 2 layers, width 4, 3 rows of 7 tokens.
  @Test
  void theCacheHoldsKeysAndValuesOfAllLayers() {
    assertThat(FULL.cache(3, 7)).isEqualTo(2 * 2 * 4 * 3 * 7 * 4);
    assertThat(MIXED.cache(3, 7)).isEqualTo(FULL.cache(3, 7) / 2);
    assertThat(MIXED.cache(1, 7)).isEqualTo(FULL.cache(1, 7));
    double many = FULL.cache(1L << 40, 7);
    assertThat(many).isLessThanOrEqualTo(4.0 * (1L << 30)).isGreaterThan(3.9 * (1L << 30));
  }

  @Test
  void completionsHaveACopyOfTheirPromptsKeysAndValues() {
    assertThat(MIXED.packing(10, 8, 6)).isEqualTo(2 * 2 * 4 * 2 * 6);
    assertThat(FULL.packing(10, 8, 6)).isEqualTo(2 * 4 * 4 * (10 + 2 * 8 + 2 * 6));
  }
}
