package org.instructgpt.label;

import java.util.List;
import java.util.Optional;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;

/// What a labeling round asks, about which prompts, with outputs of which models.
///
/// @param models whose outputs are compared; empty for other kinds of tasks
/// @param k outputs per prompt, 4 to 9 in the paper
/// @param by id of the researcher's account
public record RoundPlan(TaskBatch batch, Choice choice, List<String> models, int k, String by) {
  public RoundPlan {
    models = List.copyOf(models);
  }

  /// Which prompts a round is about.
  ///
  /// @param fresh only prompts that nobody ranked (or, for demonstrations, demonstrated) so far
  /// @param most how many, chosen at random
  public record Choice(
      Optional<Split> split, Optional<Prompt.Source> source, boolean fresh, int most) {}

  /// The progress of preparing a round.
  ///
  /// @param done prompts that are answered
  /// @param thin prompts left out because they had fewer than two different outputs
  /// @param unread those of them that are longer than a model can read
  /// @param batch id of the opened batch, once it is open
  /// @param failure why the preparation failed, if it did
  public record Preparation(
      String name,
      int done,
      int total,
      int thin,
      int unread,
      Optional<String> batch,
      Optional<String> failure) {
    public boolean going() {
      return batch.isEmpty() && failure.isEmpty();
    }
  }
}
