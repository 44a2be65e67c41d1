package org.instructgpt.text;

import java.util.Arrays;
import java.util.List;

/// Rows of different length as one rectangle of ids (`B x T`). Which cells hold tokens is known
/// from the lengths and the side alone, never from comparing ids with the pad id: a text may hold
/// that id ([Tokenizer#pad]).
///
/// Rows that are generated from are padded on the left, so that all go on in the same column; rows
/// that are scored or trained on are padded on the right. A token's position counts from the start
/// of its row, not of the rectangle, so a padded row gives what the row alone gives
/// (docs/specification.md 4.3).
///
/// @param tokens `B x T` ids, row by row
/// @param lengths `B`, the tokens of each row
/// @param rows `B`
/// @param width `T`, the length of the longest row
/// @param left whether the padding is on the left
public record PaddedRows(int[] tokens, int[] lengths, int rows, int width, boolean left) {

  public PaddedRows {
    if (rows < 1 || tokens.length != rows * width || lengths.length != rows) {
      throw new IllegalArgumentException(
          "expected at least one row, %d x %d ids and as many lengths as rows; found %d ids, %d lengths"
              .formatted(rows, width, tokens.length, lengths.length));
    }
    for (int length : lengths) {
      if (length < 0 || length > width) {
        throw new IllegalArgumentException(
            "expected lengths from 0 to %d, found %d".formatted(width, length));
      }
    }
  }

  /// Pads after the tokens of each row.
  public static PaddedRows right(List<int[]> rows, int pad) {
    return of(rows, pad, false);
  }

  /// Pads before the tokens of each row.
  public static PaddedRows left(List<int[]> rows, int pad) {
    return of(rows, pad, true);
  }

  private static PaddedRows of(List<int[]> rows, int pad, boolean left) {
    int width = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    int[] lengths = rows.stream().mapToInt(row -> row.length).toArray();
    int[] tokens = new int[Math.multiplyExact(rows.size(), width)];
    Arrays.fill(tokens, pad);
    for (int i = 0; i < lengths.length; i++) {
      int start = i * width + (left ? width - lengths[i] : 0);
      System.arraycopy(rows.get(i), 0, tokens, start, lengths[i]);
    }
    return new PaddedRows(tokens, lengths, lengths.length, width, left);
  }

  /// The column of the row's first token.
  public int start(int row) {
    return left ? width - lengths[row] : 0;
  }

  /// The tokens of a row, without padding.
  public int[] row(int row) {
    int from = row * width + start(row);
    return Arrays.copyOfRange(tokens, from, from + lengths[row]);
  }

  /// Whether a cell holds a token.
  public boolean isToken(int row, int column) {
    return column >= start(row) && column < start(row) + lengths[row];
  }

  /// The position of each cell in its row, `B x T`: 0 for a row's first token, and 0 for padding.
  public int[] positions() {
    int[] positions = new int[tokens.length];
    for (int i = 0; i < positions.length; i++) {
      int row = i / width;
      int column = i % width;
      positions[i] = isToken(row, column) ? column - start(row) : 0;
    }
    return positions;
  }

  /// Which cells hold tokens, `B x T`.
  public boolean[] mask() {
    boolean[] mask = new boolean[tokens.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = isToken(i / width, i % width);
    }
    return mask;
  }
}
