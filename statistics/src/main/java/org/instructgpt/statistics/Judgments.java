package org.instructgpt.statistics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Judgments of the same things by several labelers.
///
/// @param <T> a thing: an output, or two of them
/// @param <J> a judgment of it
final class Judgments<T, J> {
  private final Map<String, Map<T, Map<String, J>>> prompts = new LinkedHashMap<>();

  /// Adds a judgment; it replaces the labeler's earlier one of the same thing.
  void add(String prompt, T thing, String labeler, J judgment) {
    prompts
        .computeIfAbsent(prompt, _ -> new LinkedHashMap<>())
        .computeIfAbsent(thing, _ -> new LinkedHashMap<>())
        .put(labeler, judgment);
  }

  /// For each prompt the things that two or more labelers judged, and for each of these their
  /// judgments. Prompts without such a thing are left out.
  List<List<List<J>>> shared() {
    return prompts.values().stream()
        .map(things ->
            things.values().stream()
                .filter(given -> given.size() > 1)
                .map(given -> List.copyOf(given.values()))
                .toList())
        .filter(things -> !things.isEmpty())
        .toList();
  }

  /// How many labelers judged a thing that another judged as well.
  int labelers() {
    var names = new TreeSet<String>();
    for (var things : prompts.values()) {
      things.values().stream()
          .filter(given -> given.size() > 1)
          .forEach(given -> names.addAll(given.keySet()));
    }
    return names.size();
  }
}
