package org.instructgpt.api;

import java.util.List;
import java.util.Optional;
import org.instructgpt.api.ApiAccess.Keeping;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.GenerationSettings;

/// Keeps what clients ask, where they agreed to it, and what they say of the answers.
///
/// Methods return when it is on disk.
public interface AnswerStore {
  /// Keeps nothing, so nothing can be said of answers either.
  AnswerStore NONE =
      new AnswerStore() {
        @Override
        public boolean keep(Keeping whose, Asked asked) {
          return false;
        }

        @Override
        public Reply take(Keeping whose, Opinion opinion) {
          return Reply.UNKNOWN;
        }
      };

  /// A prompt that was answered.
  ///
  /// @param id of the completion
  /// @param prompt its text; a conversation as `text.Dialogue` writes it
  /// @param user who asked, by the client's own names, if it said so
  /// @param answers all of the prompt, one or more
  record Asked(
      String id,
      String model,
      String prompt,
      Optional<String> user,
      GenerationSettings settings,
      List<Given> answers) {}

  /// A whole answer.
  record Given(String text, Finish finish, int tokens) {}

  /// One of the answers that were kept.
  ///
  /// @param id of the completion
  /// @param place among its answers, from 0
  record AnswerId(String id, int place) {}

  /// What somebody says of answers.
  sealed interface Opinion {
    /// A thumb.
    ///
    /// @param verdict 1 for up, -1 for down, 0 for neither
    /// @param note what is wrong with it, if that is said
    record Thumb(AnswerId answer, int verdict, Optional<String> note) implements Opinion {}

    /// A better answer in the place of one.
    record Rewritten(AnswerId answer, String text) implements Opinion {}

    /// Answers to one prompt in an order.
    ///
    /// @param ranks of each answer, 1 is best; equal ranks are a tie
    record Ranked(List<AnswerId> answers, List<Integer> ranks) implements Opinion {}
  }

  /// What became of an opinion.
  enum Reply {
    /// It is kept.
    KEPT,
    /// No such answer of this client was kept.
    UNKNOWN,
    /// The answers are to different prompts.
    OTHER_PROMPTS,
    /// The better answer is the one that was there.
    SAME_TEXT
  }

  /// Keeps a prompt with its answers.
  ///
  /// @return false if the consent is not in force any more; then nothing is kept
  boolean keep(Keeping whose, Asked asked);

  /// Takes an opinion.
  Reply take(Keeping whose, Opinion opinion);
}
