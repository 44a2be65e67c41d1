package org.instructgpt.statistics;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;

/// Votes of labelers on each pair of outputs of a prompt; of two votes of one labeler the later
/// counts.
final class Votes {
  /// Which of two outputs stands first does not depend on the order in which they were shown.
  static final Comparator<Output> ORDER =
      Comparator.comparing(Output::model).thenComparing(Output::text);

  /// @param order 1 where the first output was found better, 0 for a tie, -1 where the second
  record Vote(int order, Instant at) {}

  /// Two outputs, in [#ORDER].
  record Pair(Output first, Output second) {}

  private final Map<String, Map<Pair, Map<String, Vote>>> prompts = new LinkedHashMap<>();

  Votes(List<WithPrompt<Ranking>> rankings) {
    rankings.stream()
        .sorted(Comparator.comparing(ranking -> ranking.item().created()))
        .forEach(ranking -> add(ranking.prompt().id(), ranking.item()));
  }

  private void add(String prompt, Ranking ranking) {
    var outputs = ranking.outputs();
    for (int a = 0; a < outputs.size(); a++) {
      for (int b = 0; b < outputs.size(); b++) {
        if (ORDER.compare(outputs.get(a), outputs.get(b)) < 0) {
          int order = Integer.compare(ranking.ranks().get(b), ranking.ranks().get(a));
          prompts
              .computeIfAbsent(prompt, _ -> new LinkedHashMap<>())
              .computeIfAbsent(new Pair(outputs.get(a), outputs.get(b)), _ -> new TreeMap<>())
              .put(ranking.labeler(), new Vote(order, ranking.created()));
        }
      }
    }
  }

  /// For each prompt its pairs, and for each of these the vote of each labeler.
  Map<String, Map<Pair, Map<String, Vote>>> byPrompt() {
    return prompts;
  }
}
