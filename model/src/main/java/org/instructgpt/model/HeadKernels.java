package org.instructgpt.model;

import org.jspecify.annotations.Nullable;

/// What the attention of a layer does with a token's queries, keys and values, which lie side by
/// side, besides its products.
///
/// @param sizes with room for zeros
/// @param queryNorm of queries, if they are normalised
/// @param keyNorm of keys, if they are
/// @param turns of queries and keys; null where positions do not turn them
/// @param window how many tokens are seen; 0 for all
/// @param factor of the scores
/// @param cap c, where scores are c tanh(x / c); 0 for none
record HeadKernels(
    Padding sizes,
    @Nullable NormKernel queryNorm,
    @Nullable NormKernel keyNorm,
    @Nullable Turns turns,
    int window,
    float factor,
    float cap) {

  /// @param turns of the layer, if there are any
  static HeadKernels of(
      GptConfig config, Padding sizes, int layer, GptWeights.Block weights, @Nullable Turns turns) {
    var heads = config.effective().heads();
    int d = sizes.headWidth();
    double epsilon = config.layerNormEpsilon();
    boolean whole = sizes.whole();
    return new HeadKernels(
        sizes,
        NormKernel.ofScale(weights.queryNorm(), epsilon, whole ? sizes.heads() * d : d),
        NormKernel.ofScale(weights.keyNorm(), epsilon, whole ? sizes.keys() * d : d),
        turns,
        config.window(layer),
        (float) (config.queryFactor(layer) / Math.sqrt((double) d)),
        (float) heads.cap());
  }

  /// Normalises and turns the queries and keys of a token.
  ///
  /// @param start where its queries begin; its keys come behind them
  void prepare(float[] qkv, int start, int position) {
    prepare(qkv, start, start + sizes.queries(), queryNorm, position);
    int keys = start + sizes.queries();
    prepare(qkv, keys, keys + sizes.allKeys(), keyNorm, position);
  }

  private void prepare(float[] x, int from, int to, @Nullable NormKernel norm, int position) {
    if (norm != null) {
      for (int at = from; at < to; at += norm.room()) {
        norm.apply(x, at, x);
      }
    }
    if (turns != null) {
      for (int at = from; at < to; at += sizes.head()) {
        turns.turn(x, at, position);
      }
    }
  }

  /// Where the keys of a token that has been prepared begin; its values come behind them.
  int keys(int start) {
    return start + sizes.queries();
  }

  /// All heads of a token.
  ///
  /// @param query where its queries begin
  /// @param result where its mixed values are to begin
  AttentionKernels.Heads all(int query, int result, int position) {
    int group = sizes.heads() / sizes.keys();
    return heads(query, result, 0, sizes.keys(), group, position);
  }

  /// One head of the only token.
  AttentionKernels.Heads one(int head, int position) {
    int group = sizes.heads() / sizes.keys();
    int at = head * sizes.head();
    return heads(at, at, head / group * sizes.head(), 1, 1, position);
  }

  private AttentionKernels.Heads heads(
      int query, int result, int key, int keys, int group, int position) {
    int from = window > 0 ? Math.max(0, position + 1 - window) : 0;
    return new AttentionKernels.Heads(
        query, result, key, keys, group, sizes.head(), from, position + 1, factor, cap);
  }
}
