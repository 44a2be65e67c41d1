package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Ranking;
import org.instructgpt.serve.ServedModel;

/// What the page of one's own history shows.
///
/// @param number of the page, from 0
/// @param more whether older turns follow
/// @param models that still exist, by name
/// @param said what the person said of the answers, by id, see [AnswerOpinions]
/// @param hidden turns of the arena whose models are not told yet
record HistoryPage(
    List<PlaygroundHistory.Turn> turns,
    long count,
    int number,
    boolean more,
    Map<String, ServedModel> models,
    Map<String, Ranking> said,
    Set<String> hidden) {

  ServedModel.Stage stage(String name) {
    var model = models.get(name);
    return model == null ? ServedModel.Stage.OTHER : model.stage();
  }

  /// Whether the model continues the prompt instead of answering it.
  boolean continues(String name) {
    var model = models.get(name);
    return model != null && !model.answers();
  }

  boolean hides(PlaygroundHistory.Turn turn) {
    return hidden.contains(turn.id());
  }

  /// The name of the model, or A and B where it is hidden.
  String name(PlaygroundHistory.Turn turn, PlaygroundHistory.Answer answer) {
    return hides(turn) ? ArenaVotes.NAMES.get(answer.place()) : answer.model();
  }

  /// The better answer that the person wrote.
  Optional<String> rewritten(PlaygroundHistory.Turn turn, PlaygroundHistory.Answer answer) {
    return AnswerOpinions.rewritten(said, turn.id(), answer.place());
  }
}
