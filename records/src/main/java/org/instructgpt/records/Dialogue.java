package org.instructgpt.records;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// How a conversation becomes one prompt text.
///
/// A question alone is a prompt as it stands. A longer conversation is written with the marks of
/// the HH-RLHF data, `\n\nHuman: ...\n\nAssistant: ...`, and ends in `\n\nAssistant:`, where the
/// model is to go on. A system message, which those marks do not know, is a first paragraph.
final class Dialogue {
  static final String HUMAN = "\n\nHuman:";
  static final String ASSISTANT = "\n\nAssistant:";

  private Dialogue() {}

  enum Role {
    SYSTEM,
    HUMAN,
    ASSISTANT;

    /// The role that other people's files call so, if any.
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

  /// The prompt after which the assistant speaks next.
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

  /// The same turns, in which nothing that a turn itself says is taken for a mark: a space parts it
  /// from the empty line before it.
  ///
  /// @param note is told where that was needed
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

  /// What the person says first, if the text is a dialogue as [#prompt] or HH-RLHF writes it.
  static Optional<String> firstHumanTurn(String text) {
    int start = text.indexOf(HUMAN);
    int end = text.indexOf(ASSISTANT, Math.max(start, 0));
    boolean dialogue = start >= 0 && end >= 0 && text.stripTrailing().endsWith("\n\nAssistant:");
    return dialogue
        ? Optional.of(text.substring(start + HUMAN.length(), end).strip())
        : Optional.empty();
  }
}
