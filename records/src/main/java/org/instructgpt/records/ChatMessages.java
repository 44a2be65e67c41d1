package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.instructgpt.text.Dialogue;

/// Reads conversations in their many forms: a list of `{role, content}` under various names, of
/// `{from, value}`, of alternating texts, of pairs of a question and an answer, or one text in
/// which the turns are [marked][ChatTranscript].
final class ChatMessages {
  private static final List<String> ROLES =
      List.of("role", "from", "speaker", "author", "sender", "by");
  private static final List<String> CONTENTS =
      List.of("content", "value", "text", "message", "body", "utterance", "parts");
  private static final List<String> ASKING =
      List.of("human", "user", "prompt", "question", "instruction", "input", "query", "q");
  private static final List<String> ANSWERING =
      List.of(
          "assistant", "gpt", "bot", "chatgpt", "response", "answer", "output", "completion", "a");
  private static final Set<String> TOOLS =
      Set.of(
          "tool",
          "function",
          "function_call",
          "function_response",
          "tool_call",
          "tool_response",
          "tool_result",
          "observation",
          "ipython");

  /// Names of lists whose pairs are rows rather than turns.
  private static final Set<String> VAGUE = Set.of("data", "items", "turns");

  private static final String NO_TOOLS = "a conversation without tool calls, which are not read";

  private ChatMessages() {}

  /// A turn, and whether it is to be trained on: not with OpenAI's `weight` 0.
  record Message(Dialogue.Turn turn, boolean trained) {
    Message(Dialogue.Role role, String text) {
      this(new Dialogue.Turn(role, text), true);
    }

    Dialogue.Role role() {
      return turn.role();
    }

    String text() {
      return turn.text();
    }
  }

  /// The field of a row that is a conversation.
  static Optional<String> in(JsonNode row) {
    return FieldRole.MESSAGES.filling(row).entrySet().stream()
        .filter(field -> isConversation(field.getValue()))
        .filter(field -> !VAGUE.contains(field.getKey()) || !isPair(field.getValue().path(0)))
        .map(Map.Entry::getKey)
        .findFirst()
        .or(() -> prompt(row));
  }

  /// A prompt without other fields that contains its answer too.
  private static Optional<String> prompt(JsonNode row) {
    return FieldRole.PROMPT
        .in(row)
        .filter(field -> row.path(field).isTextual() && FieldRole.RESPONSE.in(row).isEmpty())
        .filter(field -> FieldRole.CHOSEN.in(row).isEmpty() && FieldRole.ANSWERS.in(row).isEmpty())
        .filter(field -> AnswerColumns.in(row).isEmpty())
        .filter(field -> ChatTranscript.isAnswered(row.path(field).textValue()));
  }

  static boolean isConversation(JsonNode value) {
    if (value.isTextual()) {
      return ChatTranscript.parse(value.textValue()).isPresent();
    }
    return isList(value) || value.path("messages").isArray() && isList(value.path("messages"));
  }

  /// Whether this is an array of turns, or an empty one.
  static boolean isList(JsonNode value) {
    if (!value.isArray()) {
      return false;
    }
    JsonNode first = value.path(0);
    return value.isEmpty()
        || first.isTextual()
        || isMessage(first)
        || isPair(first)
        || first.isArray() && first.size() == 2 && first.get(0).isTextual();
  }

  static boolean isMessage(JsonNode value) {
    return value.isObject() && !key(value, ROLES).isEmpty() && !value.has("replies");
  }

  private static boolean isPair(JsonNode value) {
    return value.isObject() && !key(value, ASKING).isEmpty() && !key(value, ANSWERING).isEmpty();
  }

  private static String key(JsonNode value, List<String> names) {
    return names.stream().filter(value::has).findFirst().orElse("");
  }

  static List<Dialogue.Turn> turns(JsonFields row, String field) {
    return read(row, field).stream().map(Message::turn).toList();
  }

  /// The turns of a field that is a conversation; faults are recorded.
  static List<Message> read(JsonFields row, String field) {
    JsonNode value = row.node().path(field);
    if (value.isTextual()) {
      row.take(field);
      return ChatTranscript.parse(value.textValue()).orElse(List.of()).stream()
          .map(turn -> new Message(turn, true))
          .toList();
    }
    if (value.isObject() && value.has("messages")) {
      return read(row.object(field), "messages");
    }
    if (isMessage(value)) {
      return message(row.object(field)).stream().toList();
    }
    JsonNode first = value.path(0);
    if (value.isArray() && first.isTextual()) {
      return alternating(row.texts(field));
    }
    List<Message> messages = new ArrayList<>();
    if (value.isArray() && first.isArray()) {
      row.textLists(field).stream().map(ChatMessages::alternating).forEach(messages::addAll);
      return messages;
    }
    for (JsonFields element : row.objects(field, true)) {
      if (isPair(element.node()) && !isMessage(element.node())) {
        messages.addAll(pair(element));
      } else {
        message(element).ifPresent(messages::add);
      }
    }
    return messages;
  }

  private static List<Message> alternating(List<String> texts) {
    List<Message> messages = new ArrayList<>();
    for (String text : texts) {
      messages.add(
          new Message(
              messages.size() % 2 == 0 ? Dialogue.Role.HUMAN : Dialogue.Role.ASSISTANT, text));
    }
    return messages;
  }

  private static List<Message> pair(JsonFields element) {
    List<Message> messages = new ArrayList<>();
    if (element.has("system") && !element.text("system").isBlank()) {
      messages.add(new Message(Dialogue.Role.SYSTEM, element.text("system")));
    }
    String asked = element.filled(key(element.node(), ASKING));
    messages.add(new Message(Dialogue.Role.HUMAN, asked));
    String answer = element.text(key(element.node(), ANSWERING));
    messages.add(new Message(Dialogue.Role.ASSISTANT, answer));
    return messages;
  }

  /// The turn; empty for a system message without text, which is common, and for a turn with a
  /// fault.
  private static Optional<Message> message(JsonFields message) {
    String role =
        Stream.of(key(message.node(), ROLES)).filter(k -> !k.isEmpty()).findFirst().orElse("role");
    String content = key(message.node(), CONTENTS);
    if (content.isEmpty()) {
      content = role.equals("from") ? "value" : "content";
    }
    JsonNode speaker = message.node().path(role);
    String name = speaker.isObject() ? message.object(role).text("role") : message.text(role);
    if (message.has("tool_calls") || message.has("function_call") || TOOLS.contains(name)) {
      message.fault(role, NO_TOOLS, TOOLS.contains(name) ? RecordChecks.quoted(name) : "one");
      return Optional.empty();
    }
    Optional<Dialogue.Role> who = Dialogue.Role.named(name);
    if (who.isEmpty()) {
      message.fault(role, "user, assistant or system", RecordChecks.quoted(name));
    }
    boolean filled = who.isPresent() && who.get() == Dialogue.Role.HUMAN;
    String text = content(message, content, filled);
    if (who.isEmpty() || who.get() == Dialogue.Role.SYSTEM && text.isBlank()) {
      return Optional.empty();
    }
    return Optional.of(new Message(new Dialogue.Turn(who.get(), text), isTrained(message)));
  }

  private static boolean isTrained(JsonFields message) {
    for (String no : List.of("weight", "train", "loss", "trainable")) {
      if (message.has(no)) {
        JsonNode value = message.take(no);
        if (value.isBoolean() && !value.booleanValue()
            || JsonValues.numeric(value).orElse(1) == 0) {
          return false;
        }
      }
    }
    return true;
  }

  /// The text, possibly joined from the text parts of newer chat formats.
  private static String content(JsonFields message, String field, boolean filled) {
    JsonNode value = message.node().path(field);
    if (value.isObject() && value.path("parts").isArray()) {
      return content(message.object(field), "parts", filled);
    }
    if (!value.isArray()) {
      return filled ? message.filled(field) : message.text(field);
    }
    message.take(field);
    StringBuilder text = new StringBuilder();
    for (JsonNode part : value) {
      JsonNode words = part.isTextual() ? part : part.path("text");
      if (!words.isTextual()) {
        String type = part.path("type").asText("something else");
        message.fault(field, "parts of the type text alone", "one of the type " + type);
        return "";
      }
      text.append(text.isEmpty() ? "" : "\n").append(words.textValue());
    }
    ObjectNode joined = RecordJson.MAPPER.createObjectNode().put(field, text.toString());
    return filled && text.toString().isBlank()
        ? message.at(joined).filled(field)
        : message.at(joined).text(field);
  }
}
