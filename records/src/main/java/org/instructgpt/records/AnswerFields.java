package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.text.Dialogue;

/// Reads the answer to a prompt: a text, a message, the last turn of a conversation, or an object
/// that contains one.
final class AnswerFields {
  /// Fields of the text in an object that stands for an answer.
  static final List<String> TEXTS =
      List.of(
          "text",
          "response",
          "answer",
          "output",
          "completion",
          "content",
          "value",
          "generation",
          "summary",
          "message",
          "body");

  private static final String END_OF_TEXT = "<|endoftext|>";

  private AnswerFields() {}

  static Optional<String> field(JsonNode row, Optional<String> asking) {
    return FieldRole.RESPONSE.filling(row).entrySet().stream()
        .filter(field -> !field.getValue().path(0).isNumber()) // tokens
        .map(Map.Entry::getKey)
        .filter(name -> !asking.equals(Optional.of(name)))
        .findFirst();
  }

  /// The answer in a field; of several the first.
  static String one(JsonFields row, String field) {
    JsonNode value = row.node().path(field);
    if (value.isArray() && !value.isEmpty()) {
      if (ChatMessages.isMessage(value.get(0))) {
        List<Dialogue.Turn> turns = ChatMessages.turns(row, field);
        return turns.isEmpty() ? "" : turns.getLast().text();
      }
      List<String> texts =
          value.get(0).isObject()
              ? row.objects(field, true).stream().map(AnswerFields::inside).toList()
              : row.texts(field);
      if (texts.size() > 1) {
        row.note("rows with several answers, of which the first was taken");
      }
      return texts.isEmpty() ? "" : bare(texts.getFirst());
    }
    if (ChatMessages.isMessage(value)) {
      List<Dialogue.Turn> turns = ChatMessages.turns(row, field);
      return turns.isEmpty() ? "" : turns.getLast().text();
    }
    if (value.isObject()) {
      return bare(inside(row.object(field)));
    }
    return bare(row.text(field));
  }

  static String inside(JsonFields object) {
    String name = textField(object.node()).orElse(TEXTS.getFirst());
    return object.node().path(name).isArray() ? one(object, name) : object.text(name);
  }

  static Optional<String> textField(JsonNode object) {
    return TEXTS.stream().filter(name -> object.has(name)).findFirst();
  }

  /// The text without a final end-of-text token, which some files contain.
  private static String bare(String text) {
    return text.endsWith(END_OF_TEXT)
        ? text.substring(0, text.length() - END_OF_TEXT.length())
        : text;
  }

  /// Several conversations with a common beginning, which is the prompt; the rest of each is the
  /// output.
  record Parted(List<Dialogue.Turn> shared, List<String> rests) {

    static Parted of(List<List<Dialogue.Turn>> conversations, JsonFields row) {
      List<Dialogue.Turn> first = conversations.getFirst();
      int shared = first.size();
      for (List<Dialogue.Turn> other : conversations) {
        int same = 0;
        while (same < Math.min(shared, other.size()) && other.get(same).equals(first.get(same))) {
          same++;
        }
        shared = same;
      }
      // The prompt ends before a turn of the assistant.
      while (shared > 0 && first.get(shared - 1).role() != Dialogue.Role.HUMAN) {
        shared--;
      }
      List<String> rests = new ArrayList<>();
      for (List<Dialogue.Turn> conversation : conversations) {
        rests.add(rest(conversation.subList(shared, conversation.size())));
        if (conversation.size() - shared > 1) {
          row.note(PART_EARLY);
        }
      }
      return new Parted(first.subList(0, shared), rests);
    }

    private static String rest(List<Dialogue.Turn> turns) {
      StringBuilder text = new StringBuilder();
      for (Dialogue.Turn turn : turns) {
        String mark = turn.role() == Dialogue.Role.HUMAN ? Dialogue.HUMAN : Dialogue.ASSISTANT;
        text.append(text.isEmpty() && turn.role() == Dialogue.Role.ASSISTANT ? "" : mark + " ");
        text.append(turns.size() == 1 ? turn.text() : turn.text().strip());
      }
      return text.toString();
    }
  }

  static final String PART_EARLY =
      "dialogues that part before the last turn: the whole rest was compared";
}
