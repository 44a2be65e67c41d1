package org.instructgpt.cost;

import org.instructgpt.model.GptConfig;
import org.instructgpt.torch.Precision;

/// Bytes that a GPT takes, tensor by tensor, as [org.instructgpt.model.Gpt] makes them.
///
/// **States** live as long as the training: float32 parameters, their gradients, two moments of
/// Adam, and for PPO's policy the average of its parameters.
///
/// **Activations** live from the forward to the backward pass. For each token and layer, in numbers
/// of the width C, with the type of the products in the first column of bytes and float32 in the
/// second:
///
/// | tensor | products | float32 |
/// |---|---|---|
/// | normalised stream, twice | 2C where converted | 2C |
/// | queries, keys, values | 3C | |
/// | their copies for batched products (bfloat16 only) | 3C | |
/// | scores and their softmax (bfloat16 only), for T keys | 2 H T | |
/// | mixed values, and copied into rows (bfloat16 only) | C, 2C | |
/// | projection | C | |
/// | up, GELU | 8C | |
/// | down | C | |
/// | stream after each of the two branches | | 2C |
///
/// Together 18C float32 numbers in float32; 18C + 2 H T of bfloat16 and 4C of float32 in bfloat16.
///
/// @param shape of the model
/// @param precision of its matrix products
record ModelMemory(GptConfig shape, Precision precision) {
  private static final int FLOAT = 4;
  private static final int HALF = 2;

  /// The parameters, float32.
  public double parameters() {
    return (double) FLOAT * shape.parameters();
  }

  /// Their gradients.
  public double gradients() {
    return parameters();
  }

  /// A model that does not learn.
  public double frozen() {
    return parameters() + gradients();
  }

  /// Both moments of Adam.
  ///
  /// @param half whether they are kept in bfloat16
  public double moments(boolean half) {
    return 2.0 * (half ? HALF : FLOAT) * shape.parameters();
  }

  /// The weights as the products of a pass take them; nothing where they take the parameters.
  public double operands() {
    return precision == Precision.MIXED ? (double) HALF * shape.parameters() : 0;
  }

  /// What one layer makes of one token.
  ///
  /// @param keys how many keys the token is compared with
  public double layer(double keys) {
    double c = shape.width();
    return precision == Precision.MIXED
        ? HALF * (18 * c + 2 * shape.heads() * keys) + FLOAT * 4 * c
        : FLOAT * 18 * c;
  }

  /// What the blocks keep of whole sequences for the backward pass.
  ///
  /// @param tokens of all sequences
  /// @param length of each
  public double activations(double tokens, double length) {
    return tokens * shape.layers() * layer(length);
  }

  /// What a pass without gradients needs of whole sequences: the stream, and one layer at a time.
  ///
  /// @param tokens of all sequences
  /// @param length of each
  public double scoring(double tokens, double length) {
    return tokens * (layer(length) + 2.0 * FLOAT * shape.width());
  }

  /// The logits of so many positions, and what the cross-entropy makes of them: their logarithms of
  /// the softmax, and with gradients the gradients of both.
  public double logits(double positions, boolean gradients) {
    double numbers = gradients ? 4 : 2;
    double rounded = precision == Precision.MIXED ? (gradients ? 2.0 : 1.0) * HALF : 0;
    return positions * shape.vocabulary() * (FLOAT * numbers + rounded);
  }

  /// What the backward pass holds beside that at its end: the gradients of the embedding, once as
  /// embedding and once as unembedding.
  public double backward() {
    return 2.0 * FLOAT * shape.vocabulary() * shape.width();
  }

  /// Keys and values of sequences that are being sampled.
  ///
  /// @param tokens room in each
  public double cache(double rows, double tokens) {
    int entry = precision == Precision.MIXED ? HALF : FLOAT;
    return 2.0 * entry * shape.layers() * shape.width() * rows * tokens;
  }

  /// Everything that a model in training takes without activations.
  double learning(boolean halfMoments) {
    return parameters() + gradients() + moments(halfMoments);
  }

  /// What a forward and backward pass over text adds, every position predicted.
  double training(double rows, double length) {
    double tokens = rows * length;
    return operands() + activations(tokens, length) + logits(tokens, true) + backward();
  }
}
