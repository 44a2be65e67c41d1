package org.instructgpt.serve;

import java.util.List;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.serve.CompletionStream.Finish;

/// A request for one or more completions by one model, and the receiver of what the model
/// generates. Completions are named by their place in [#rows].
interface GenerationRequest extends ModelRequest {
  List<RowRequest> rows();

  /// The model has read an input and begins its completion.
  ///
  /// @param input its tokens
  /// @param scores of those from the second on, where they are wanted
  void started(int row, int[] input, List<ScoredToken> scores);

  /// One more token of a completion, but for one that ends a text.
  ///
  /// @param text what can be shown now, of whole characters; may be empty
  /// @param tokens of the completion so far
  /// @param token the token, with its log-probabilities where they are wanted
  void appended(int row, String text, int tokens, ScoredToken token);

  /// A completion is whole.
  ///
  /// @param text the end of it, which was held back
  /// @param tokens of the completion
  void finished(int row, String text, Finish finish, int tokens);

  /// A completion cannot be made, or not to its end.
  void failed(int row, Failure failure);

  @Override
  default void failed(Failure failure) {
    for (int row = 0; row < rows().size(); row++) {
      failed(row, failure);
    }
  }
}
