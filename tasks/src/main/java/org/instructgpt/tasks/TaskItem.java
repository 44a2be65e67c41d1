package org.instructgpt.tasks;

import java.util.List;

/// A question of a public task.
///
/// @param name identifies it
/// @param query as the paper shows it to the model, to be continued
/// @param references right continuations, the usual one first; none for a pair of sentences
/// @param choices the continuations to choose from; none for a free answer
public record TaskItem(String name, String query, List<String> references, List<String> choices) {
  /// Copies the lists.
  public TaskItem {
    references = List.copyOf(references);
    choices = List.copyOf(choices);
  }

  static TaskItem free(String name, String query, List<String> references) {
    return new TaskItem(name, query, references, List.of());
  }

  /// The question with its answer, as an example for others.
  String solved() {
    return query + (query.isEmpty() || query.endsWith(" ") ? "" : " ") + references.getFirst();
  }
}
