package org.instructgpt.records;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Counts the faults of files and keeps one of each kind, so that millions of invalid rows need
/// little memory. Faults are of one kind if they have the same file, field, expectation and finding
/// apart from quoted text and numbers.
final class FaultCounts {
  private static final int MOST_KINDS = 1000;
  private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
  private static final Pattern WORDS = Pattern.compile("\".*\"", Pattern.DOTALL);

  private final Map<Kind, Counted> kinds = new LinkedHashMap<>();
  private final Map<String, Integer> stopped = new LinkedHashMap<>();
  private long count;

  private record Kind(String file, String field, String expected, String found) {}

  private static final class Counted {
    private final RowProblem first;
    private long times;
    private long last;

    private Counted(RowProblem first) {
      this.first = first;
    }
  }

  void add(RowProblem problem) {
    count++;
    Kind kind =
        new Kind(
            problem.file(),
            NUMBERS.matcher(problem.field()).replaceAll("#"),
            NUMBERS.matcher(problem.expected()).replaceAll("#"),
            NUMBERS.matcher(WORDS.matcher(problem.found()).replaceAll("")).replaceAll("#"));
    Counted known = kinds.get(kind);
    if (known == null && kinds.size() < MOST_KINDS) {
      known = new Counted(problem);
      kinds.put(kind, known);
    }
    if (known != null) {
      known.times++;
      known.last = problem.line();
    }
  }

  /// Records that the reading of a file stopped after this many rows.
  void stopped(String file, int rows) {
    stopped.put(file, rows);
  }

  /// The files that were not read to their end, with the number of rows read.
  Map<String, Integer> stopped() {
    return stopped;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// The number of all faults.
  long count() {
    return count;
  }

  /// One fault of each kind, in the order of files and lines.
  List<RowProblem> problems() {
    List<String> files = new ArrayList<>();
    List<RowProblem> problems = new ArrayList<>();
    for (Counted known : kinds.values()) {
      problems.add(known.first.times(known.times, known.last));
      if (!files.contains(known.first.file())) {
        files.add(known.first.file());
      }
    }
    problems.sort(
        Comparator.<RowProblem>comparingInt(problem -> files.indexOf(problem.file()))
            .thenComparingLong(RowProblem::line));
    return problems;
  }
}
