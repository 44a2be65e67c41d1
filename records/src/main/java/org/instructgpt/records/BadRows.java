package org.instructgpt.records;

import java.util.List;
import java.util.stream.Collectors;

/// Files that cannot be imported, with what is at fault and where.
final class BadRows extends IllegalArgumentException {
  /// More kinds of faults are counted and not told.
  private static final int MOST_TOLD = 20;

  private static final long serialVersionUID = 1;

  private final transient List<RowProblem> problems;

  BadRows(FaultCounts faults) {
    super(message(faults));
    this.problems = faults.problems();
  }

  /// All kinds of faults, in the order of files and lines.
  public List<RowProblem> problems() {
    return problems;
  }

  /// The first of these, a line each, and how many are not shown.
  static String told(List<RowProblem> problems) {
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
