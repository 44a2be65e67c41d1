package org.instructgpt.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.files.Json;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// What keeps the ranks of a run at the same step: all begin with the state of the first, and go on
/// as long as it does.
record RankPace(Trainer trainer) {
  private Ranks ranks() {
    return trainer.ranks();
  }

  /// Gives all ranks the state of the first one, whether it was resumed or made.
  ///
  /// @param step of the first rank; another's is not looked at
  /// @return the step at which all begin
  long begin(long step) throws IOException {
    if (ranks().count() == 1) {
      return step;
    }
    try (var _ = Scope.open()) {
      var state = trainer.state();
      var tensors = new LinkedHashMap<String, Tensor>();
      for (var entry : state.tensors().entrySet()) {
        ranks().broadcast(entry.getValue(), 0);
        tensors.put(entry.getKey(), entry.getValue());
      }
      var values = Json.LENIENT.readTree(ranks().tell(Json.text(state.values())));
      if (!ranks().isFirst()) {
        trainer.restore(new TrainerState(tensors, (ObjectNode) values));
      }
    }
    return (long) ranks().sum(ranks().isFirst() ? step : 0);
  }

  /// Whether another step is made.
  ///
  /// @param wanted by the first rank; another's is not looked at
  boolean goesOn(boolean wanted) {
    return ranks().count() == 1 ? wanted : ranks().sum(ranks().isFirst() && wanted ? 1 : 0) > 0;
  }
}
