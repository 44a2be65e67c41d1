package org.instructgpt.cost;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Rows of words in columns, for a terminal. Columns that hold numbers are flush right.
///
/// @param rows the first one names the columns
record Table(List<List<String>> rows) {
  private static final String NUMBER = "[-+]?[\\d,.]+(%| [kMGTP]?B| s| min| h| days)?|-|";

  @Override
  public String toString() {
    int columns = rows.getFirst().size();
    var widths =
        IntStream.range(0, columns)
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    var right = IntStream.range(0, columns).mapToObj(this::holdsNumbers).toList();
    return rows.stream()
        .map(row ->
            IntStream.range(0, columns)
                .mapToObj(column -> padded(row.get(column), widths[column], right.get(column)))
                .collect(Collectors.joining("  "))
                .stripTrailing())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private boolean holdsNumbers(int column) {
    return rows.stream().skip(1).allMatch(row -> row.get(column).matches(NUMBER));
  }

  private static String padded(String word, int width, boolean right) {
    var gap = " ".repeat(width - word.length());
    return right ? gap + word : word + gap;
  }
}
