package org.instructgpt.serve;

import java.util.List;
import org.instructgpt.serve.CompletionStream.Finish;

/// What a model is asked to do. All but the constants is called on the model's thread.
interface GenerationRequest {
  String model();

  List<String> prompts();

  GenerationSettings manner();

  /// Whether anybody still waits for it; asked before each token.
  boolean wanted();

  /// Nobody waits for it any more.
  void cancel();

  /// Its turn has come.
  void begins();

  /// More of the answer to one of the prompts.
  ///
  /// @param tokens of the answer so far
  void says(int row, String text, int tokens);

  /// The answer to one of the prompts is complete.
  void ends(int row, Finish finish, int tokens);

  /// There will be no more.
  void fails(Failure trouble);
}
