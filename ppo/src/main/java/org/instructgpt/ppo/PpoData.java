package org.instructgpt.ppo;

import java.util.List;
import java.util.Optional;
import org.instructgpt.model.Corpus;
import org.instructgpt.text.Tokenizer;

/// The data of a PPO run.
///
/// @param tokenizer whose ids these are
/// @param prompts framed and encoded, to sample responses to
/// @param heldOut prompts of other users, to measure on; may be empty
/// @param pretraining text that keeps the policy a language model; plain PPO needs none
public record PpoData(
    Tokenizer tokenizer, List<int[]> prompts, List<int[]> heldOut, Optional<Corpus> pretraining) {
  /// Copies the lists.
  public PpoData {
    prompts = List.copyOf(prompts);
    heldOut = List.copyOf(heldOut);
  }

  /// Checks that every prompt leaves room for a response.
  ///
  /// @throws IllegalArgumentException naming the first that does not
  void fit(int context) {
    fit(prompts, "prompt", context);
    fit(heldOut, "held-out prompt", context);
  }

  private static void fit(List<int[]> prompts, String what, int context) {
    for (int i = 0; i < prompts.size(); i++) {
      int length = prompts.get(i).length;
      if (length == 0 || length >= context) {
        throw new IllegalArgumentException(
            "%s %d has %d tokens, but must have at least 1 and fewer than the policy's context of %d: shorten it or leave it out"
                .formatted(what, i + 1, length, context));
      }
    }
  }
}
