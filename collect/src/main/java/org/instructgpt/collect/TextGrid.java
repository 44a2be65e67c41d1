package org.instructgpt.collect;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A table in a font of fixed width.
final class TextGrid {
  private TextGrid() {}

  static String of(PaperTables.Grid grid) {
    int columns = grid.head().size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column ->
                Stream.concat(Stream.of(grid.head()), grid.rows().stream())
                    .mapToInt(row -> row.get(column).length())
                    .max()
                    .orElse(0))
            .toArray();
    StringBuilder text = new StringBuilder(grid.caption()).append('\n');
    line(text, grid.head(), widths);
    grid.rows().forEach(row -> line(text, row, widths));
    return text.toString();
  }

  /// Words stand to the left, numbers to the right.
  private static void line(StringBuilder text, List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String space = " ".repeat(widths[column] - cell.length());
      boolean words = column == 0 || cell.isEmpty() || Character.isLetter(cell.charAt(0));
      line.append("  ").append(words ? cell + space : space + cell);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
