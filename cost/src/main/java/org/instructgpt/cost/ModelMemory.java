package org.instructgpt.cost;

import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Sampler;
import org.instructgpt.torch.Precision;

/// Bytes that a decoder takes, tensor by tensor, as [org.instructgpt.model.Gpt] makes them.
///
/// **States** live as long as the training: float32 parameters, their gradients, two moments of
/// Adam, and for PPO's policy the average of its parameters.
///
/// **Activations** live from the forward to the backward pass. What autograd keeps of one layer of
/// GPT-3, in numbers of the width C a token, H heads and T keys (other architectures: [Widths]):
///
/// | tensor | float32 | bfloat16 |
/// |---|---|---|
/// | stream before each half of the layer | 2C float32 | 2C float32 |
/// | normalised stream, twice | 2C float32 | 2C bfloat16 |
/// | queries, keys, values | 3C float32 | 3C bfloat16 |
/// | attention's weights | (fused: one sum a head) | H T bfloat16 |
/// | mixed values | C float32 | C bfloat16 |
/// | before and after the GELU | 8C float32 | 8C bfloat16 |
/// | dropout's masks, where there is dropout | 2C float32 | 2C bfloat16 |
///
/// The sums are 16C numbers of 4 bytes in float32, and 36C bytes and 2 H T in bfloat16. **A pass
/// without gradients** keeps the stream and what half a layer makes.
///
/// @param shape of the model
/// @param precision of its matrix products
/// @param recompute whether passes keep only the input of each layer, and the rest of one at a time
record ModelMemory(GptConfig shape, Precision precision, boolean recompute) {
  private static final int FLOAT = 4;
  private static final int HALF = 2;

  /// With all activations kept.
  ModelMemory(GptConfig shape, Precision precision) {
    this(shape, precision, false);
  }

  /// The parameters, float32.
  double parameters() {
    return (double) FLOAT * shape.parameters();
  }

  /// Their gradients.
  double gradients() {
    return parameters();
  }

  /// Both moments of Adam.
  ///
  /// @param half whether they are kept in bfloat16
  double moments(boolean half) {
    return 2.0 * (half ? HALF : FLOAT) * shape.parameters();
  }

  /// The weights as the products of a pass take them; nothing where they take the parameters.
  double operands() {
    return precision == Precision.MIXED ? (double) HALF * shape.parameters() : 0;
  }

  /// The same for sampling: in float32 a copy in the order in which products with few rows read
  /// them.
  double samplingOperands(double rows) {
    boolean copied = precision == Precision.FULL && rows > 1;
    return copied ? (double) FLOAT * shape.parameters() : operands();
  }

  /// What autograd keeps of one token in one layer, without dropout.
  ///
  /// @param keys how many keys the token is compared with
  double layer(double keys) {
    double c = shape.width();
    var widths = Widths.of(shape);
    double sums = 2.0 * FLOAT * 2; // mean and deviation of two normalisations
    double made = 2 * c + widths.compared() + widths.queries() + widths.network();
    return precision == Precision.MIXED
        ? FLOAT * 2 * c + HALF * (made + shape.heads() * keys) + sums
        : FLOAT * (2 * c + made + shape.heads()) + sums;
  }

  /// What the blocks keep of tokens for the backward pass.
  ///
  /// @param tokens how many
  /// @param keys how many keys each of them is compared with
  double activations(double tokens, double keys) {
    double c = shape.width();
    double inAndOut = 3.0 * FLOAT * c;
    double inputs = recompute ? shape.layers() * FLOAT * c : 0;
    return tokens * (kept() * layer(keys) + inputs + inAndOut);
  }

  /// Layers whose activations are there at the same time.
  private int kept() {
    return recompute ? 1 : shape.layers();
  }

  /// What dropout adds to the activations.
  double masks(double tokens) {
    return tokens * kept() * 2 * entry() * shape.width();
  }

  /// What rows of different lengths, and completions that share a prompt, add to the activations.
  /// In float32 attention keeps its outputs as padded rows too. Each completion has a copy of the
  /// keys and values that it sees: in float32 of its own, and of its prompt's in any case.
  ///
  /// @param tokens of all rows, shared prompts counted once
  /// @param own tokens of completions that share a prompt
  /// @param shared tokens of their prompts, counted once for each completion
  double packing(double tokens, double own, double shared) {
    double padded = precision == Precision.MIXED ? 0 : tokens + 2 * own;
    return kept() * entry() * Widths.of(shape).queries() * (padded + 2 * shared);
  }

  /// What a pass without gradients needs: the stream before and after half a layer, and that half;
  /// the second half, up and GELU, is the larger one, if attention does not write its scores.
  ///
  /// @param tokens how many
  /// @param keys how many keys each of them is compared with
  double scoring(double tokens, double keys) {
    double c = shape.width();
    double inner = Widths.of(shape).network();
    double half =
        precision == Precision.MIXED
            ? FLOAT * 3 * c + HALF * (2 * c + inner + 2 * shape.heads() * keys)
            : FLOAT * (4 * c + inner);
    return tokens * half;
  }

  /// The same for the passes over prompts that fill the key-value cache, so many tokens at a time.
  double prefill(double tokens, double keys) {
    return scoring(Math.min(tokens, Sampler.PREFILL_TOKENS), keys);
  }

  /// The logits of so many positions, which become their log-probabilities and gradients in place.
  /// In bfloat16 the product's own result comes on top.
  double logits(double positions) {
    return positions * shape.vocabulary() * (FLOAT + (precision == Precision.MIXED ? HALF : 0));
  }

  /// The logits of rows that are being sampled, and their softmax.
  double sampledLogits(double rows) {
    return logits(rows) + rows * shape.vocabulary() * FLOAT;
  }

  /// What the backward pass holds besides: first the gradient of the unembedding, beside the
  /// logits, and then, when these are gone, in the last layer the gradients of what is before and
  /// after the GELU and of the stream.
  ///
  /// @param tokens that go through the layers
  /// @param positions whose logits are needed
  double backward(double tokens, double positions) {
    double half = precision == Precision.MIXED ? HALF : 0;
    double unembedding = positions > 0 ? (FLOAT + half) * shape.vocabulary() * shape.width() : 0;
    double layer = tokens * (Widths.of(shape).network() * entry() + 2.0 * FLOAT * shape.width());
    return Math.max(unembedding, layer - logits(positions));
  }

  private int entry() {
    return precision == Precision.MIXED ? HALF : FLOAT;
  }

  /// Keys and values of sequences that are being sampled; so many at a time as the sampler's limit
  /// allows. Those of a single one are float32 in any case.
  ///
  /// @param tokens room in each
  double cache(double rows, double tokens) {
    double keys = Widths.of(shape).keys();
    double row = 2.0 * (rows > 1 ? entry() : FLOAT) * shape.layers() * keys * tokens;
    return row * Math.max(1, Math.min(rows, Math.floor(Sampler.CACHE_BYTES / row)));
  }

  /// Everything that a model in training takes without activations.
  double learning(boolean halfMoments) {
    return parameters() + gradients() + moments(halfMoments);
  }

  /// What a forward and backward pass over text adds, every position predicted.
  double training(double rows, double length) {
    double tokens = rows * length;
    return operands() + activations(tokens, length) + logits(tokens) + backward(tokens, tokens);
  }
}
