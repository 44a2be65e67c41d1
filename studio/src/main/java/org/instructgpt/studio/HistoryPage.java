package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import org.instructgpt.serve.ServedModel;

/// What the page of one's own history shows.
///
/// @param number of the page, from 0
/// @param more whether older turns follow
/// @param models that still exist, by name
record HistoryPage(
    List<PlaygroundHistory.Turn> turns,
    long count,
    int number,
    boolean more,
    Map<String, ServedModel> models) {

  ServedModel.Stage stage(String name) {
    var model = models.get(name);
    return model == null ? ServedModel.Stage.OTHER : model.stage();
  }

  /// Whether the model continues the prompt instead of answering it.
  boolean continues(String name) {
    var model = models.get(name);
    return model != null && !model.answers();
  }
}
