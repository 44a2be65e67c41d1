package org.instructgpt.records;

import java.util.List;
import java.util.stream.Collectors;

/// Files that cannot be imported, with every line that is at fault and why.
public final class BadRows extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<Problem> problems;

  /// One fault of one line.
  ///
  /// @param file as it was given
  /// @param line from 1; in a JSON array the line on which the row begins
  /// @param field path of the field, such as `outputs[2].rank`, or `row` for the whole row; in a
  ///   JSON array it begins with the row, from 0: `[12].prompt`
  public record Problem(String file, long line, String field, String expected, String found) {
    @Override
    public String toString() {
      return String.format("%s:%d: %s: expected %s, found %s", file, line, field, expected, found);
    }
  }

  BadRows(List<Problem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /// All faults, in the order of files and lines.
  public List<Problem> problems() {
    return problems;
  }

  private static String message(List<Problem> problems) {
    return problems.stream()
        .map(problem -> "\n  " + problem)
        .collect(
            Collectors.joining(
                "",
                "nothing was imported, because of "
                    + (problems.size() == 1 ? "a fault:" : problems.size() + " faults:"),
                "\nMend these lines, or leave them out by asking to skip bad ones."));
  }
}
