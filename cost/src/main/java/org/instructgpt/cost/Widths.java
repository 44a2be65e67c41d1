package org.instructgpt.cost;

import org.instructgpt.model.GptConfig;

/// How many numbers a token is at the places of a block.
///
/// @param stream C, of the residual stream
/// @param queries of all heads of queries
/// @param keys of all heads of keys
/// @param inner of the network's inner layer
/// @param gated whether the network has a second such layer, which multiplies the first
/// @param turned whether queries and keys are turned by positions, which makes them anew
record Widths(
    double stream, double queries, double keys, double inner, boolean gated, boolean turned) {

  static Widths of(GptConfig shape) {
    var architecture = shape.effective();
    var heads = architecture.heads();
    return new Widths(
        shape.width(),
        (double) shape.heads() * heads.width(),
        (double) heads.keys() * heads.width(),
        architecture.network().width(),
        architecture.network().gated(),
        architecture.isRotary());
  }

  /// Queries, keys and values.
  double projected() {
    return queries + 2 * keys;
  }

  /// What attention makes of a token before its values are mixed: the projections, turned ones
  /// anew, and keys and values again for each head of queries that shares them.
  double compared() {
    double shared = keys < queries ? 2 * queries : 0;
    return projected() * (turned ? 2 : 1) + shared;
  }

  /// What the network makes: before and after the activation, and where it is gated what multiplies
  /// that, and the product.
  double network() {
    return (gated ? 4 : 2) * inner;
  }

  /// Numbers of an adapter for each of its ranks: what its layers read and make, each of queries,
  /// keys, values, and of a gated network's two, a layer of its own.
  double adapted() {
    double read = 3 * stream + queries + (gated ? 2 : 1) * stream + inner;
    double made = projected() + stream + (gated ? 2 : 1) * inner + stream;
    return read + made;
  }

  /// Entries of the matrices.
  double matrices() {
    return stream * projected() + queries * stream + (gated ? 3 : 2) * stream * inner;
  }
}
