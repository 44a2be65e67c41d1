package org.instructgpt.records;

/// A fault of a row, and how many similar ones there are.
///
/// @param file the name as given
/// @param line from 1; in a JSON array, the line on which the row begins
/// @param field path of the field, such as `outputs[2].rank`, or `row` for the whole row; in a JSON
///   array it begins with the index of the row, from 0: `[12].prompt`
/// @param times the number of similar faults, this one included
/// @param last the line of the last one
public record RowProblem(
    String file, long line, String field, String expected, String found, long times, long last) {

  RowProblem(String file, long line, String field, String expected, String found) {
    this(file, line, field, expected, found, 1, line);
  }

  RowProblem times(long many, long until) {
    return new RowProblem(file, line, field, expected, found, many, until);
  }

  @Override
  public String toString() {
    String more =
        times == 1 ? "" : String.format(" (and %d more like it, up to line %d)", times - 1, last);
    return String.format(
        "%s:%d: %s: expected %s, found %s%s", file, line, field, expected, found, more);
  }
}
