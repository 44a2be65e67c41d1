package org.instructgpt.records;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instructgpt.text.Dialogue;

/// Parses a conversation written as one text with role marks.
///
/// Only a text that begins with a mark is a conversation, so that a question that quotes a mark
/// stays a question. The styles are tried in turn; all marks of a text are of one style.
final class ChatTranscript {
  /// End-of-turn tokens of some styles.
  private static final Pattern ENDINGS =
      Pattern.compile("(?:</?s>|<\\|endoftext\\|>|<\\|im_end\\|>|<\\|eot_id\\|>|<\\|end\\|>)\\s*$");

  private static final Pattern BEGINNINGS =
      Pattern.compile("^(?:\\s|<s>|<\\|begin_of_text\\|>|<\\|startoftext\\|>)+");

  /// The first group of each pattern is the role.
  private static final List<Pattern> STYLES =
      List.of(
          Pattern.compile("(?:^|\\n\\n)(Human|Assistant):"),
          Pattern.compile(
              "\\n?#{2,3} ?(Human|Assistant|User|Instruction|Response|System|Input)\\s*:"),
          Pattern.compile("<\\|im_start\\|>(user|assistant|system)\\n"),
          Pattern.compile("<\\|start_header_id\\|>(user|assistant|system)<\\|end_header_id\\|>"),
          Pattern.compile("<\\|(user|assistant|system|prompter|human)\\|>"),
          Pattern.compile("\\[\\|(Human|AI|Assistant|User)\\|\\]"),
          Pattern.compile("(\\[INST\\]|\\[/INST\\])"),
          Pattern.compile("(?:^|\\s)(USER|ASSISTANT|SYSTEM):"),
          Pattern.compile("(?:^|\\n)(User|Assistant|Bot|AI|Human|System|GPT|Q|A):"));

  /// Unambiguous marks, before the first of which other text is allowed.
  private static final Pattern PREFACED =
      Pattern.compile(
          "^[^\\[<]{0,2000}(?=\\[\\|Human\\|\\]|<\\|im_start\\|>user\\n)", Pattern.DOTALL);

  /// The preamble of Alpaca's template.
  private static final Pattern PREAMBLE = Pattern.compile("^Below is an instruction[^\\n]*\\n+");

  private ChatTranscript() {}

  /// The turns, if the text is a conversation with at least one turn of the user.
  static Optional<List<Dialogue.Turn>> parse(String whole) {
    String text = BEGINNINGS.matcher(whole).replaceFirst("");
    text = PREAMBLE.matcher(text).replaceFirst("");
    text = PREFACED.matcher(text).replaceFirst("");
    for (Pattern style : STYLES) {
      Matcher marks = style.matcher(text);
      if (marks.find() && marks.start() == 0) {
        List<Dialogue.Turn> turns = turns(text, style);
        boolean talk =
            turns.stream().anyMatch(turn -> turn.role() == Dialogue.Role.HUMAN)
                && turns.stream().anyMatch(turn -> turn.role() == Dialogue.Role.ASSISTANT);
        if (talk) {
          return Optional.of(turns);
        }
      }
    }
    return Optional.empty();
  }

  /// Whether a text is a conversation that ends with an answer.
  static boolean isAnswered(String text) {
    return parse(text)
        .map(List::getLast)
        .filter(turn -> turn.role() == Dialogue.Role.ASSISTANT && !turn.text().isEmpty())
        .isPresent();
  }

  private static List<Dialogue.Turn> turns(String text, Pattern style) {
    List<Dialogue.Turn> turns = new ArrayList<>();
    Matcher marks = style.matcher(text);
    boolean more = marks.find();
    while (more) {
      String speaker = marks.group(1);
      int from = marks.end();
      more = marks.find();
      String said = clean(text.substring(from, more ? marks.start() : text.length()));
      if (speaker.equals("[INST]") && said.startsWith("<<SYS>>") && said.contains("<</SYS>>")) {
        int end = said.indexOf("<</SYS>>");
        turns.add(new Dialogue.Turn(Dialogue.Role.SYSTEM, said.substring(7, end).strip()));
        said = said.substring(end + 8).strip();
      }
      add(turns, speaker, said);
    }
    turns.removeIf(turn -> turn.role() == Dialogue.Role.SYSTEM && turn.text().isEmpty());
    if (!turns.isEmpty()
        && turns.getLast().role() == Dialogue.Role.HUMAN
        && turns.getLast().text().isEmpty()) {
      turns.removeLast();
    }
    return turns;
  }

  private static void add(List<Dialogue.Turn> turns, String speaker, String said) {
    if (speaker.equals("Input")) { // continues the instruction before it
      if (!said.isEmpty() && !turns.isEmpty()) {
        Dialogue.Turn asked = turns.removeLast();
        turns.add(new Dialogue.Turn(asked.role(), asked.text() + "\n\n" + said));
      }
      return;
    }
    Dialogue.Role role =
        switch (speaker) {
          case "[INST]", "Instruction", "Q" -> Dialogue.Role.HUMAN;
          case "[/INST]", "Response", "A" -> Dialogue.Role.ASSISTANT;
          default -> Dialogue.Role.named(speaker).orElseThrow();
        };
    turns.add(new Dialogue.Turn(role, said));
  }

  private static String clean(String said) {
    String bare = said.strip();
    Matcher ending = ENDINGS.matcher(bare);
    while (ending.find()) {
      bare = bare.substring(0, ending.start()).strip();
      ending = ENDINGS.matcher(bare);
    }
    return bare;
  }
}
