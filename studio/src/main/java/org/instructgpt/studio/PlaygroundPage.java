package org.instructgpt.studio;

import java.util.List;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.ServedModel;

/// What the page of the playground shows.
///
/// @param prompt initial text of the input field
/// @param settings initial values of the settings
record PlaygroundPage(
    List<Choice> choices, String prompt, List<String> examples, GenerationSettings settings) {
  /// Keys of the texts that the scripts of the playground and the arena show.
  static final List<String> PHRASES =
      List.of(
          "answer.speaking",
          "answer.continues",
          "answer.nothing",
          "answer.tokens",
          "answer.rate",
          "answer.copied",
          "answer.better.done",
          "answer.report.done",
          "arena.voted.A",
          "arena.voted.B",
          "arena.voted.GOOD",
          "arena.voted.BAD",
          "arena.models",
          "arena.no-vote",
          "trouble.signed-out",
          "trouble.sign-in",
          "trouble.unsaved",
          "said.HUMAN",
          "said.ASSISTANT",
          "finish.COMPLETE",
          "finish.STOP",
          "finish.LENGTH",
          "finish.CANCELLED",
          "trouble.away",
          "trouble.cut");

  /// A model that can be asked.
  ///
  /// @param stage its name is the key of a text under `stage.`
  /// @param parameters their number, as `1.31 M`
  record Choice(
      String name, ServedModel.Stage stage, boolean answers, String parameters, boolean chosen) {}

  /// The stop texts as they are typed: separated by `|`, a line break as `\n`.
  String stops() {
    return String.join("|", settings.stops()).replace("\n", "\\n");
  }

  /// The seed; empty for a random one.
  String seed() {
    return settings.seed() == 0 ? "" : String.valueOf(settings.seed());
  }

  int longestPrompt() {
    return PlaygroundQuestion.LONGEST_PROMPT;
  }
}
