package org.instructgpt.records;

import java.util.List;
import java.util.stream.Collectors;

/// Thrown for files that cannot be imported, with all faults and their positions.
final class BadRows extends IllegalArgumentException {
  /// Further kinds of faults are counted but not listed.
  private static final int MOST_TOLD = 20;

  private static final long serialVersionUID = 1;

  private final transient List<RowProblem> problems;

  BadRows(FaultCounts faults) {
    super(message(faults));
    this.problems = faults.problems();
  }

  /// One fault of each kind, in the order of files and lines.
  public List<RowProblem> problems() {
    return problems;
  }

  /// The first of these problems, one per line, and the number of the others.
  static String listed(List<RowProblem> problems) {
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
        + listed(faults.problems())
        + faults.stopped().entrySet().stream()
            .map(file ->
                "\n%s was read no further than its first %d rows, none of which has a known form."
                    .formatted(file.getKey(), file.getValue()))
            .collect(Collectors.joining())
        + "\nMend these lines, or leave them out with --skip-bad.";
  }
}
