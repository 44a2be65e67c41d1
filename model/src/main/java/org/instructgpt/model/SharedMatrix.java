package org.instructgpt.model;

/// A matrix whose product with several rows is made in pieces, a range of columns each, which
/// threads share.
interface SharedMatrix {
  /// The length of a row of products: N, or a little more.
  int outputs();

  /// How many pieces there are.
  int pieces();

  /// The first column of a piece; of the number of pieces, the column behind the last.
  int column(int piece);

  /// Multiplies rows with a piece.
  ///
  /// @param rows how many; there must be room for [Panels#TILE] more, which may be read and written
  /// @param y rows of [#outputs] numbers
  /// @param add whether products are added to `y`, else they take its place
  void multiply(int piece, Factors x, int rows, float[] y, boolean add);
}
