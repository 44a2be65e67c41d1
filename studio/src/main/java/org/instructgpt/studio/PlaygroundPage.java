package org.instructgpt.studio;

import java.util.List;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.ServedModel;

/// What the playground shows.
///
/// @param prompt what stands on the paper already
/// @param manner what the settings say at first
record PlaygroundPage(
    List<Choice> choices, String prompt, List<String> examples, GenerationSettings manner) {

  /// A model that can be asked.
  ///
  /// @param stage as in the texts under `stage.`
  /// @param parameters how many, in short
  record Choice(
      String name, ServedModel.Stage stage, boolean answers, String parameters, boolean chosen) {}

  /// As they are typed: with bars between them, an end of line as `\\n`.
  String stops() {
    return String.join("|", manner.stops()).replace("\n", "\\n");
  }

  /// Empty for a random one.
  String seed() {
    return manner.seed() == 0 ? "" : String.valueOf(manner.seed());
  }

  int longestPrompt() {
    return PlaygroundQuestion.LONGEST_PROMPT;
  }

  /// Keys of the texts that the script says.
  List<String> phrases() {
    return List.of(
        "answer.speaking",
        "answer.continues",
        "answer.nothing",
        "answer.tokens",
        "answer.rate",
        "answer.copied",
        "trouble.signed-out",
        "trouble.sign-in",
        "trouble.unsaved",
        "answer.report.done",
        "finish.COMPLETE",
        "finish.STOP",
        "finish.LENGTH",
        "finish.CANCELLED",
        "trouble.away",
        "trouble.cut");
  }
}
