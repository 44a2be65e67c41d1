package org.instructgpt.collect;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A table of text cells; the first column names the rows.
///
/// @param rows each with as many cells as the head
public record TextTable(String caption, List<String> head, List<List<String>> rows) {
  public TextTable {
    head = List.copyOf(head);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<String> row : rows) {
      if (row.size() != head.size()) {
        throw new IllegalArgumentException(
            "expected rows of %d cells, found %s".formatted(head.size(), row));
      }
    }
  }

  /// The table for a terminal: the caption, then aligned columns under their heads.
  public String text() {
    int columns = head.size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column ->
                Stream.concat(Stream.of(head), rows.stream())
                    .mapToInt(row -> row.get(column).length())
                    .max()
                    .orElse(0))
            .toArray();
    StringBuilder text = new StringBuilder(caption).append('\n');
    line(text, head, widths);
    rows.forEach(row -> line(text, row, widths));
    return text.toString();
  }

  /// Words are aligned left, numbers right.
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
