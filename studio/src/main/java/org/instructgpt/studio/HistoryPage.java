package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import org.instructgpt.serve.ServedModel;

/// A page of somebody's own history.
///
/// @param number of the page, from 0
/// @param more whether older turns follow
/// @param models those that are still there, by name
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

  /// Whether the model went on with the prompt rather than answer it.
  boolean continues(String name) {
    var model = models.get(name);
    return model != null && !model.answers();
  }
}
