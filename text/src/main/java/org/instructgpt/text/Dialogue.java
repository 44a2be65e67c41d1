package org.instructgpt.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// A conversation as one prompt text, and its turns again.
///
/// A single question is the prompt unchanged. Any other conversation is written with the role marks
/// of the HH-RLHF data, `\n\nHuman: ...\n\nAssistant: ...`, and ends in `\n\nAssistant:`, where the
/// model continues. A system message, for which HH-RLHF has no mark, stands before the first of
/// them. So whatever keeps, compares, shows or searches prompts knows texts only, and nothing of a
/// conversation is lost: a model with a chat template reads the turns ([PromptTemplate]).
public final class Dialogue {
  /// The mark of a turn of the person who asks.
  public static final String HUMAN = "\n\nHuman:";

  /// The mark of a turn of the assistant.
  public static final String ASSISTANT = "\n\nAssistant:";

  private static final Pattern MARK = Pattern.compile("\n\n(Human|Assistant):");

  private Dialogue() {}

  /// Who speaks.
  public enum Role {
    /// Says how the assistant is to behave.
    SYSTEM,
    /// Asks.
    HUMAN,
    /// Answers.
    ASSISTANT;

    /// What chat templates call it.
    public String standard() {
      return switch (this) {
        case SYSTEM -> "system";
        case HUMAN -> "user";
        case ASSISTANT -> "assistant";
      };
    }

    /// The role with this name in one of the imported formats, if any.
    public static Optional<Role> named(String name) {
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

  /// What somebody says.
  public record Turn(Role role, String text) {}

  /// The prompt text of these turns, to be continued by the assistant.
  public static String prompt(List<Turn> turns) {
    List<Turn> spoken = turns.stream().filter(turn -> turn.role() != Role.SYSTEM).toList();
    StringBuilder system = new StringBuilder();
    for (Turn turn : turns) {
      if (turn.role() == Role.SYSTEM) {
        system.append(system.isEmpty() ? "" : "\n\n").append(turn.text().strip());
      }
    }
    boolean question = spoken.size() == 1 && spoken.getFirst().role() == Role.HUMAN;
    if (question && system.isEmpty()) {
      return spoken.getFirst().text();
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
  public static List<Turn> quoting(List<Turn> turns, Consumer<String> note) {
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
  public static Optional<String> firstHumanTurn(String text) {
    return isDialogue(text)
        ? turns(text).stream().filter(turn -> turn.role() == Role.HUMAN).map(Turn::text).findFirst()
        : Optional.empty();
  }

  private static boolean isDialogue(String text) {
    int human = text.indexOf(HUMAN);
    return human >= 0
        && text.indexOf(ASSISTANT, human) >= 0
        && text.stripTrailing().endsWith(ASSISTANT);
  }

  /// The turns of a prompt text, without the open one of the assistant: a dialogue's, else one
  /// question. Turns of one role that follow each other become one, a blank line between them,
  /// since many chat templates want roles to take turns.
  public static List<Turn> turns(String text) {
    return isDialogue(text) ? spoken(text) : List.of(new Turn(Role.HUMAN, text));
  }

  /// The turns of a dialogue, for those who show it; none of any other text, which is shown as it
  /// stands.
  public static List<Turn> conversation(String text) {
    return isDialogue(text) ? spoken(text) : List.of();
  }

  /// The same conversation with turns of one role that follow each other as one, a blank line
  /// between them, and without those that say nothing.
  static List<Turn> joined(List<Turn> turns) {
    var joined = new ArrayList<Turn>();
    turns.forEach(turn -> add(joined, turn.role(), turn.text()));
    return joined;
  }

  private static List<Turn> spoken(String text) {
    var turns = new ArrayList<Turn>();
    var marks = MARK.matcher(text);
    var role = Role.SYSTEM;
    int from = 0;
    while (marks.find()) {
      add(turns, role, text.substring(from, marks.start()));
      role = marks.group(1).equals("Human") ? Role.HUMAN : Role.ASSISTANT;
      from = marks.end();
    }
    add(turns, role, text.substring(from));
    return turns;
  }

  private static void add(List<Turn> turns, Role role, String text) {
    var said = text.strip();
    if (said.isEmpty()) {
      return;
    }
    boolean again = !turns.isEmpty() && turns.getLast().role() == role;
    turns.add(
        again ? new Turn(role, turns.removeLast().text() + "\n\n" + said) : new Turn(role, said));
  }
}
