package org.instructgpt.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.instructgpt.text.Dialogue;

/// One JSON line of a batch command's input.
///
/// @param where its file and number, to stand at the head of a message
/// @param json its fields
record JsonLine(String where, ObjectNode json) {

  /// The line's `id`, whatever JSON it is; it is handed back as it came.
  ///
  /// @throws IllegalArgumentException when there is none
  JsonNode id() {
    var id = json.get("id");
    if (id == null || id.isNull()) {
      throw new IllegalArgumentException(where + ": id: expected a value, found nothing");
    }
    return id;
  }

  /// Whether the line's completion ended by itself: not where `ended` is false, or where
  /// `finish_reason` is `length`, as `generate` writes it.
  ///
  /// @throws IllegalArgumentException when one of them is something else, or both disagree
  boolean ended() {
    var ended = json.path("ended");
    var reason = json.path("finish_reason");
    if (!ended.isMissingNode() && !ended.isBoolean()) {
      throw new IllegalArgumentException(
          where + ": ended: expected true or false, found " + brief(ended));
    }
    boolean cut = reason.asText().equals("length");
    if (!reason.isMissingNode() && !cut && !reason.asText().equals("stop")) {
      throw new IllegalArgumentException(
          where + ": finish_reason: expected \"stop\" or \"length\", found " + brief(reason));
    }
    if (ended.asBoolean() && cut) {
      throw new IllegalArgumentException(
          where + ": ended: expected false beside the finish_reason \"length\", found true");
    }
    return ended.asBoolean(true) && !cut;
  }

  /// The token ids of a text that a line gives either as text, in the field `name`, or as ids, in
  /// the field `name_ids`.
  ///
  /// @param encode makes ids of the text
  /// @throws IllegalArgumentException when both or neither are there, or the value is of another
  ///   type
  int[] tokens(String name, Function<String, int[]> encode) {
    var text = json.get(name);
    var ids = json.get(name + "_ids");
    if ((text == null) == (ids == null)) {
      throw new IllegalArgumentException(
          "%s: expected either \"%s\" or \"%s_ids\", found %s"
              .formatted(where, name, name, text == null ? "neither" : "both"));
    }
    if (ids != null) {
      return ids(name + "_ids", ids);
    }
    if (!text.isTextual()) {
      throw new IllegalArgumentException(
          where + ": " + name + ": expected a string, found " + brief(text));
    }
    return encode.apply(text.textValue());
  }

  /// The prompt text of a conversation that a line gives as `messages`; empty where it gives none.
  ///
  /// @throws IllegalArgumentException when a message is none, or the last is not the user's
  Optional<String> conversation() {
    var messages = json.get("messages");
    if (messages == null) {
      return Optional.empty();
    }
    if (json.has("prompt") || json.has("prompt_ids")) {
      throw new IllegalArgumentException(
          where + ": expected either \"prompt\" or \"messages\", found both");
    }
    var turns = new ArrayList<Dialogue.Turn>();
    for (var message : messages) {
      var role = Dialogue.Role.named(message.path("role").asText());
      if (role.isEmpty() || !message.path("content").isTextual()) {
        throw new IllegalArgumentException(
            "%s: messages[%d]: expected a role (system, user or assistant) and a content, found %s"
                .formatted(where, turns.size(), brief(message)));
      }
      turns.add(new Dialogue.Turn(role.get(), message.path("content").textValue()));
    }
    if (turns.isEmpty() || turns.getLast().role() != Dialogue.Role.HUMAN) {
      throw new IllegalArgumentException(
          where
              + ": messages: expected messages of which the last is the user's, found "
              + brief(messages));
    }
    return Optional.of(Dialogue.prompt(Dialogue.quoting(turns, _ -> {})));
  }

  private int[] ids(String name, JsonNode ids) {
    if (!ids.isArray()) {
      throw new IllegalArgumentException(
          where + ": " + name + ": expected a list of token ids, found " + brief(ids));
    }
    return IntStream.range(0, ids.size()).map(i -> id(name, i, ids.get(i))).toArray();
  }

  private int id(String name, int position, JsonNode id) {
    if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
      throw new IllegalArgumentException(
          "%s: %s[%d]: expected a token id from 0, found %s"
              .formatted(where, name, position, brief(id)));
    }
    return id.intValue();
  }

  /// Enough of a value to recognise it.
  private static String brief(JsonNode value) {
    var text = value.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
