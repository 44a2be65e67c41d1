package org.instructgpt.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.instructgpt.files.Json;
import org.instructgpt.text.Dialogue.Role;
import org.instructgpt.text.Dialogue.Turn;

/// Prompts and responses as a model's chat template writes them.
///
/// **The response** is what the template adds to the conversation for the assistant's turn, up to
/// the special token that ends it; where there is none it ends with the tokenizer's end of text.
/// The template's own marks of turns before it belong to the prompt, so the loss falls on nothing
/// but what the assistant says.
///
/// **Nobody forges a turn.** A template marks turns by special tokens, whose spellings people may
/// write too. Inside what people say such a spelling is parted by a character that the text does
/// not have, which is taken out again when the written text has been cut at the special tokens; so
/// it is encoded as ordinary text, as [Tokenizer#encode] does.
///
/// **Dates.** Some templates tell what day it is. Prompts must be the same tomorrow, when a run
/// goes on, so they are always told the day that Llama 3's template has in place of an unknown one.
record ChatFrame(ChatTemplate template) implements PromptFrame {
  private static final LocalDateTime DAY = LocalDateTime.of(2024, 7, 26, 0, 0);
  private static final Turn QUESTION = new Turn(Role.HUMAN, "x");

  @Override
  public String description() {
    return "the turns of the model's chat template";
  }

  @Override
  public int[] prompt(Tokenizer tokenizer, String prompt) {
    return prompt(tokenizer, Dialogue.turns(prompt));
  }

  @Override
  public int[] prompt(Tokenizer tokenizer, List<Turn> turns) {
    var said = turns.stream().map(Turn::text).collect(Collectors.joining());
    var marks = new Marks(tokenizer, said);
    return marks.ids(rendered(turns, true, marks));
  }

  @Override
  public int[] response(Tokenizer tokenizer, String response) {
    var marks = new Marks(tokenizer, response);
    var before = rendered(List.of(QUESTION), true, marks);
    var answer = new Turn(Role.ASSISTANT, response.strip());
    var whole = rendered(List.of(QUESTION, answer), false, marks);
    if (!whole.startsWith(before)) {
      throw new IllegalArgumentException(
          "the chat template writes an answer otherwise than it begins one (expected '%s...', found '%s'): the model cannot be trained with it; take another chat_template.jinja"
              .formatted(before, whole));
    }
    return marks.ended(whole.substring(before.length()));
  }

  private String rendered(List<Turn> turns, boolean open, Marks marks) {
    ArrayNode messages = Json.LENIENT.createArrayNode();
    for (var turn : turns) {
      messages
          .addObject()
          .put("role", turn.role().standard())
          .put("content", marks.parted(turn.text()));
    }
    return template.render(new ChatTemplate.Conversation(messages, open, Map.of(), DAY));
  }

  /// Leaves out the oldest turns, but for the system message; of a single question the end.
  @Override
  public String shorten(Tokenizer tokenizer, String prompt, int limit) {
    var turns = new ArrayList<>(Dialogue.turns(prompt));
    int first = turns.getFirst().role() == Role.SYSTEM ? 1 : 0;
    var text = prompt;
    while (turns.size() > first + 1 && prompt(tokenizer, text).length > limit) {
      turns.remove(first);
      while (turns.size() > first + 1 && turns.get(first).role() == Role.ASSISTANT) {
        turns.remove(first);
      }
      text = Dialogue.prompt(turns);
    }
    int over = prompt(tokenizer, text).length - limit;
    if (over <= 0) {
      return text;
    }
    var last = turns.removeLast();
    int room = tokenizer.encode(last.text()).length - over;
    if (room < 1) {
      throw new IllegalArgumentException(
          "expected a prompt whose first word fits into %d tokens beside what the chat template adds, found '%s'; shorten it"
              .formatted(limit, prompt.substring(0, Math.min(40, prompt.length()))));
    }
    turns.add(new Turn(last.role(), PromptTemplate.VERBATIM.shorten(tokenizer, last.text(), room)));
    return Dialogue.prompt(turns);
  }

  /// The special tokens of a tokenizer, for one text: a character that is nowhere in it parts their
  /// spellings in what people say.
  private static final class Marks {
    private final Tokenizer tokenizer;
    private final Map<String, Integer> special;
    private final Pattern spellings;
    private final String parting;

    Marks(Tokenizer tokenizer, String text) {
      this.tokenizer = tokenizer;
      this.special = tokenizer.specialTokens();
      this.spellings =
          Pattern.compile(
              special.keySet().stream()
                  .sorted((a, b) -> b.length() - a.length())
                  .map(Pattern::quote)
                  .collect(Collectors.joining("|")));
      this.parting = parting(text);
    }

    private static String parting(String text) {
      Set<Integer> there = new HashSet<>();
      text.chars().forEach(there::add);
      int free = 0xE000; // the first for private use
      while (there.contains(free)) {
        free++;
      }
      return Character.toString(free);
    }

    String parted(String said) {
      return spellings
          .matcher(said)
          .replaceAll(found ->
              Matcher.quoteReplacement(
                  found.group().substring(0, 1) + parting + found.group().substring(1)));
    }

    int[] ids(String written) {
      var ids = new ArrayList<Integer>();
      var found = spellings.matcher(written);
      int from = 0;
      while (found.find()) {
        add(written.substring(from, found.start()), ids);
        ids.add(special.get(found.group()));
        from = found.end();
      }
      add(written.substring(from), ids);
      return ids.stream().mapToInt(id -> id).toArray();
    }

    private void add(String text, List<Integer> ids) {
      Arrays.stream(tokenizer.encode(text.replace(parting, ""))).forEach(ids::add);
    }

    /// The ids of an answer up to its last special token, or else with the end of text.
    int[] ended(String written) {
      var found = spellings.matcher(written);
      int end = -1;
      while (found.find()) {
        end = found.end();
      }
      if (end > 0) {
        return ids(written.substring(0, end));
      }
      int[] text = ids(written.stripTrailing());
      int[] ended = Arrays.copyOf(text, text.length + 1);
      ended[text.length] = tokenizer.endOfText();
      return ended;
    }
  }
}
