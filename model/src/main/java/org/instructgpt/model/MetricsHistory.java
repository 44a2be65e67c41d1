package org.instructgpt.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// The metrics that a [HealthGate] checks: those of the first and the latest steps of a run. A
/// resumed run sees the same history as one that never stopped.
final class MetricsHistory {
  /// How many steps at either end are remembered: no gate may want more.
  public static final int WINDOW = 100;

  private final List<Map<String, Double>> first = new ArrayList<>();
  private final Deque<Map<String, Double>> last = new ArrayDeque<>();

  MetricsHistory() {}

  void add(Map<String, Double> metrics) {
    if (first.size() < WINDOW) {
      first.add(metrics);
    }
    last.add(metrics);
    if (last.size() > WINDOW) {
      last.remove();
    }
  }

  /// The metrics of the latest step; empty before the first.
  public Map<String, Double> latest() {
    Map<String, Double> latest = last.peekLast();
    return latest == null ? Map.of() : latest;
  }

  /// The values of a metric in the first `n` steps of the run that gave it, oldest first. Fewer
  /// than `n` if there were not so many yet.
  public List<Double> first(String metric, int n) {
    return values(first, metric).stream().limit(n).toList();
  }

  /// The values of a metric in the latest `n` steps that gave it, oldest first. Fewer than `n` if
  /// there were not so many yet.
  public List<Double> last(String metric, int n) {
    List<Double> values = values(last, metric);
    return values.subList(Math.max(0, values.size() - n), values.size());
  }

  private static List<Double> values(Iterable<Map<String, Double>> steps, String metric) {
    List<Double> values = new ArrayList<>();
    for (Map<String, Double> step : steps) {
      Double value = step.get(metric);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }
}
