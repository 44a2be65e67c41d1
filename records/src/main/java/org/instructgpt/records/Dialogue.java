package org.instructgpt.records;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes a conversation as one prompt text.
///
/// A single question is the prompt unchanged. A longer conversation is written with the role marks
/// of the HH-RLHF data, `\n\nHuman: ...\n\nAssistant: ...`, and ends in `\n\nAssistant:`, where the
/// model continues. A system message, for which HH-RLHF has no mark, is a first paragraph.
final class Dialogue {
  static final String HUMAN = "\n\nHuman:";
  static final String ASSISTANT = "\n\nAssistant:";

  private Dialogue() {}

  enum Role {
    SYSTEM,
    HUMAN,
    ASSISTANT;

    /// The role with this name in one of the imported formats, if any.
    static Optional<Role> named(String name) {
      return Optional.ofNullable(
          switch (name.toLowerCase(Locale.ROOT).strip()) {
            case "user", "human", "prompter", "customer", "questioner", "client", "person" -> HUMAN;
            case "assistant",
                "gpt",
                "bot",
                "chatgpt",
                "model",
                "ai",
                "agent",
                "chatbot",
                "gpt4",
                "bard",
                "bing",
                "claude" ->
                ASSISTANT;
            case "system", "developer" -> SYSTEM;
            default -> null;
          });
    }
  }

  record Turn(Role role, String text) {}

  /// The prompt text of these turns, to be continued by the assistant.
  static String prompt(List<Turn> turns) {
    List<Turn> spoken = turns.stream().filter(turn -> turn.role() != Role.SYSTEM).toList();
    StringBuilder system = new StringBuilder();
    for (Turn turn : turns) {
      if (turn.role() == Role.SYSTEM) {
        system.append(system.isEmpty() ? "" : "\n\n").append(turn.text().strip());
      }
    }
    if (spoken.size() == 1 && spoken.getFirst().role() == Role.HUMAN) {
      String question = spoken.getFirst().text();
      return system.isEmpty() ? question : system + "\n\n" + question;
    }
    StringBuilder text = system;
    for (Turn turn : spoken) {
      text.append(turn.role() == Role.HUMAN ? HUMAN : ASSISTANT)
          .append(' ')
          .append(turn.text().strip());
    }
    return text.append(ASSISTANT).toString();
  }

  /// The same turns with role marks inside a turn's text escaped by a space before the mark.
  ///
  /// @param note is called for each turn that was changed
  static List<Turn> quoting(List<Turn> turns, Consumer<String> note) {
    return turns.stream()
        .map(turn -> {
          String plain =
              turn.text().replace(HUMAN, "\n\n Human:").replace(ASSISTANT, "\n\n Assistant:");
          if (!plain.equals(turn.text())) {
            note.accept(
                "turns with a paragraph that begins \"Human:\" or \"Assistant:\", kept from"
                    + " looking like a dialogue by a space before it");
          }
          return new Turn(turn.role(), plain);
        })
        .toList();
  }

  /// The first human turn, if the text is a dialogue as written by [#prompt] or HH-RLHF.
  static Optional<String> firstHumanTurn(String text) {
    int start = text.indexOf(HUMAN);
    int end = text.indexOf(ASSISTANT, Math.max(start, 0));
    boolean dialogue = start >= 0 && end >= 0 && text.stripTrailing().endsWith("\n\nAssistant:");
    return dialogue
        ? Optional.of(text.substring(start + HUMAN.length(), end).strip())
        : Optional.empty();
  }
}
