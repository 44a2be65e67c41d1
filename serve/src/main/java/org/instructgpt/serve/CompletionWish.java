package org.instructgpt.serve;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.model.ContinuousSampler;
import org.instructgpt.model.LogitAdjustment;

/// How completions are wanted, beyond how they are generated.
///
/// @param copies completions of each input, with random numbers of their own
/// @param adjustment of the logits
/// @param alternatives how many likeliest tokens are wanted at each place, with their
///   log-probabilities; -1 for no log-probabilities at all
/// @param scoresInput whether the log-probabilities of the inputs' own tokens are wanted too
/// @param exact whether white space at both ends is kept, which an answer is without
public record CompletionWish(
    GenerationSettings settings,
    int copies,
    LogitAdjustment adjustment,
    int alternatives,
    boolean scoresInput,
    boolean exact) {

  List<RowRequest> rows(List<ModelInput> inputs) {
    var rows = new ArrayList<RowRequest>();
    for (var input : inputs) {
      for (int copy = 0; copy < copies; copy++) {
        rows.add(
            new RowRequest(
                input,
                settings,
                ContinuousSampler.stream(settings.seed(), rows.size()),
                adjustment,
                alternatives,
                scoresInput && copy == 0,
                exact));
      }
    }
    return rows;
  }
}
