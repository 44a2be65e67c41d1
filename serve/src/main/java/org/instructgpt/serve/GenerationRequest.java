package org.instructgpt.serve;

import java.util.List;
import org.instructgpt.serve.CompletionStream.Finish;

/// A request for completions of one or more prompts by one model, and the receiver of what the
/// model generates. Prompts are named by their place in [#prompts]. The model's thread calls all
/// methods but [#cancel].
interface GenerationRequest {
  String model();

  List<String> prompts();

  GenerationSettings settings();

  /// Whether the caller still waits for the result; asked before each token.
  boolean wanted();

  /// Drops the request: the caller no longer waits.
  void cancel();

  /// The model begins to read the prompts.
  void started();

  /// More text of a prompt's completion.
  ///
  /// @param tokens of the completion so far
  void appended(int prompt, String text, int tokens);

  /// A prompt's completion is whole.
  void finished(int prompt, Finish finish, int tokens);

  /// There will be no further text for any of the prompts.
  void failed(Failure failure);
}
