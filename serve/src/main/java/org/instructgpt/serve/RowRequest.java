package org.instructgpt.serve;

import org.instructgpt.model.ContinuousSampler;
import org.instructgpt.model.LogitAdjustment;

/// One completion that is wanted of a model.
///
/// @param settings its seed is that of the whole request
/// @param stream seed of the completion's own random numbers
/// @param alternatives how many likeliest tokens are wanted at each place, with their
///   log-probabilities; -1 for no log-probabilities at all
/// @param scoresInput whether the log-probabilities of the input's own tokens are wanted
/// @param exact whether white space at both ends is kept, which an answer is without
record RowRequest(
    ModelInput input,
    GenerationSettings settings,
    long stream,
    LogitAdjustment adjustment,
    int alternatives,
    boolean scoresInput,
    boolean exact) {

  /// Text alone, of one of the prompts of a request.
  static RowRequest plain(ModelInput input, GenerationSettings settings, int place) {
    long stream = ContinuousSampler.stream(settings.seed(), place);
    return new RowRequest(input, settings, stream, LogitAdjustment.NONE, -1, false, false);
  }
}
