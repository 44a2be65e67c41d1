package org.instructgpt.records;

import java.util.List;
import java.util.stream.Collectors;

/// Files that cannot be imported, with what is at fault and where.
final class BadRows extends IllegalArgumentException {
  /// More kinds of faults are counted and not told.
  private static final int MOST_TOLD = 20;

  private static final long serialVersionUID = 1;

  private final transient List<Problem> problems;

  /// One fault, and how often there are others like it.
  ///
  /// @param file as it was given
  /// @param line from 1; in a JSON array the line on which the row begins
  /// @param field path of the field, such as `outputs[2].rank`, or `row` for the whole row; in a
  ///   JSON array it begins with the row, from 0: `[12].prompt`
  /// @param times how many there are of this kind, this one included
  /// @param last the line of the last of them
  public record Problem(
      String file, long line, String field, String expected, String found, long times, long last) {

    Problem(String file, long line, String field, String expected, String found) {
      this(file, line, field, expected, found, 1, line);
    }

    Problem times(long many, long until) {
      return new Problem(file, line, field, expected, found, many, until);
    }

    @Override
    public String toString() {
      String more =
          times == 1 ? "" : String.format(" (and %d more like it, up to line %d)", times - 1, last);
      return String.format(
          "%s:%d: %s: expected %s, found %s%s", file, line, field, expected, found, more);
    }
  }

  BadRows(FaultCounts faults) {
    super(message(faults));
    this.problems = faults.problems();
  }

  /// All kinds of faults, in the order of files and lines.
  public List<Problem> problems() {
    return problems;
  }

  /// The first of these, a line each, and how many are not shown.
  static String told(List<Problem> problems) {
    String more =
        problems.size() > MOST_TOLD
            ? "\n  and " + (problems.size() - MOST_TOLD) + " other kinds of faults"
            : "";
    return problems.stream()
        .limit(MOST_TOLD)
        .map(problem -> "\n  " + problem)
        .collect(Collectors.joining("", "", more));
  }

  private static String message(FaultCounts faults) {
    String count = faults.count() == 1 ? "a fault:" : faults.count() + " faults:";
    return "nothing was imported, because of "
        + count
        + told(faults.problems())
        + faults.stopped().entrySet().stream()
            .map(file ->
                "\n%s was read no further than its first %d rows, none of which has a known form."
                    .formatted(file.getKey(), file.getValue()))
            .collect(Collectors.joining())
        + "\nMend these lines, or leave them out with --skip-bad.";
  }
}
