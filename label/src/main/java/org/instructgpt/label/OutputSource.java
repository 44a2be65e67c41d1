package org.instructgpt.label;

import java.util.List;

/// Models that write the outputs to be ranked in a round; the program that starts the site provides
/// them.
public interface OutputSource {
  /// The names of the available models, the most useful first; empty where there are none.
  List<String> models();

  /// `k` newly sampled answers of a model to each prompt; fewer where the model cannot read the
  /// prompt. Called by one thread at a time.
  ///
  /// @throws java.util.concurrent.CancellationException when the program is shutting down; the
  ///   round continues when it starts again
  List<List<Answer>> answers(String model, List<String> prompts, int k) throws Exception;

  /// One answer of a model.
  ///
  /// @param ended whether the model ended it itself; false if a length limit cut it off
  record Answer(String text, boolean ended) {}

  /// A source without models.
  static OutputSource none() {
    return new OutputSource() {
      @Override
      public List<String> models() {
        return List.of();
      }

      @Override
      public List<List<Answer>> answers(String model, List<String> prompts, int k) {
        throw new IllegalArgumentException("expected a model to ask, found no models");
      }
    };
  }
}
