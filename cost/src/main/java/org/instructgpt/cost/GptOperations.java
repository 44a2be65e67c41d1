package org.instructgpt.cost;

import org.instructgpt.model.GptConfig;

/// Floating-point operations of a decoder's matrix products.
///
/// A product of x (N, in) with a matrix (in, out) multiplies and adds once for each of the N rows
/// and each entry of the matrix: 2 operations forward. Backward there are two products of the same
/// size, one for the gradient of x and one for that of the matrix: 4 operations. A block of GPT-3
/// has the matrices C x 3C (queries, keys, values), C x C, C x 4C and 4C x C, 12 C^2 entries
/// together; those of other architectures are in [Widths]. Attention multiplies the queries with
/// the keys and its weights with the values: C entries each for every key that a token is compared
/// with. Whole sequences are compared with all their T keys, also those that the mask hides,
/// because that is what the products compute. The unembedding, C x V, counts for the positions
/// whose logits are needed.
///
/// Everything else (normalisations, GELU, softmax, the optimizer) is not counted: it is bound by
/// memory, not by arithmetic. This is the usual count, 6 operations a parameter and token in
/// training and the attention's share on top (Kaplan et al. 2020, arXiv 2001.08361, section 2.1).
///
/// @param shape of the model
record GptOperations(GptConfig shape) {
  /// What a pass with gradients costs, as a multiple of the pass without: forward 2, backward 4.
  public static final double WITH_GRADIENTS = 3;

  private static final double MULTIPLY_ADD = 2;

  /// Of the blocks, forward.
  ///
  /// @param tokens how many go through them
  /// @param keys how many keys each of them is compared with, on average
  public double blocks(double tokens, double keys) {
    var widths = Widths.of(shape);
    double attention = 2 * widths.queries() * keys;
    return MULTIPLY_ADD * tokens * shape.layers() * (widths.matrices() + attention);
  }

  /// Of the logits of so many positions, forward.
  public double unembedding(double positions) {
    return MULTIPLY_ADD * positions * shape.width() * shape.vocabulary();
  }

  /// Of whole sequences, forward.
  ///
  /// @param rows how many sequences
  /// @param length tokens of each
  /// @param predicted positions of each whose logits are needed
  public double sequences(double rows, double length, double predicted) {
    return blocks(rows * length, length) + unembedding(rows * predicted);
  }

  /// Of a token in training on plain text, where every position is predicted; forward and backward.
  public double trainingToken(int length) {
    return WITH_GRADIENTS * sequences(1, length, length) / length;
  }

  /// Of sampling with a key-value cache: a pass over the prompts, and one for each further token.
  ///
  /// @param rows responses
  /// @param prompt tokens of each prompt
  /// @param response tokens of each response; the last one is not sent through the model
  public double sampling(double rows, double prompt, double response) {
    double steps = response - 1;
    return sequences(rows, prompt, 1)
        + blocks(rows * steps, meanKeys(prompt, response))
        + unembedding(rows * steps);
  }

  /// The mean number of keys that a sampled token is compared with, itself included.
  static double meanKeys(double prompt, double response) {
    return prompt + response / 2;
  }
}
