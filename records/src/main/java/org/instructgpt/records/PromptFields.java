package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.text.Dialogue;

/// The prompt of a row: the question with its system text, history and context, and its author.
record PromptFields(
    String text,
    Optional<String> user,
    Optional<String> organisation,
    Optional<Prompt.UseCase> useCase) {

  /// The fields of the text in an object.
  private static final List<String> TEXTS =
      List.of("text", "full_text", "content", "value", "prompt", "question", "instruction", "body");

  /// The field of a row's question, if there is one.
  static Optional<String> field(JsonNode row) {
    Optional<String> named =
        FieldRole.PROMPT.filling(row).entrySet().stream()
            .filter(field -> isAsking(field.getValue()))
            .map(Map.Entry::getKey)
            .findFirst();
    if (named.isPresent()) {
      return named;
    }
    for (String context : List.of("context", "history")) {
      JsonNode value = row.path(context);
      if (ChatMessages.isMessage(value.path(0)) || context.equals("history") && value.isTextual()) {
        return Optional.of(context);
      }
    }
    boolean answered = FieldRole.RESPONSE.in(row).isPresent();
    if (answered && row.path("user").isTextual() && row.has("assistant")) {
      return Optional.of("user");
    }
    return answered && row.path("text").isTextual() ? Optional.of("text") : Optional.empty();
  }

  private static boolean isAsking(JsonNode value) {
    return value.isTextual()
        || value.isArray() && !value.path(0).isNumber()
        || value.path("messages").isArray()
        || ChatMessages.isMessage(value)
        || TEXTS.stream().anyMatch(name -> value.path(name).isTextual());
  }

  /// Reads the prompt of a row from the [field] of its question or from its conversation.
  static PromptFields of(JsonFields row) {
    Optional<String> field = field(row.node());
    return field.isPresent()
        ? of(row, field.get())
        : conversation(row, ChatMessages.in(row.node()).orElse("messages"));
  }

  static PromptFields of(JsonFields row, String field) {
    JsonNode value = row.node().path(field);
    if (value.isArray() || value.isObject() && isDialogue(value)) {
      return conversation(row, field);
    }
    String question = value.isObject() ? inside(row.object(field)) : row.filled(field);
    List<Dialogue.Turn> turns = new ArrayList<>();
    turns.add(new Dialogue.Turn(Dialogue.Role.HUMAN, withContext(row, field, question)));
    return of(row, field, turns);
  }

  private static boolean isDialogue(JsonNode value) {
    return value.path("messages").isArray() || ChatMessages.isMessage(value);
  }

  /// The prompt of a conversation, which must end with the user's turn.
  private static PromptFields conversation(JsonFields row, String field) {
    List<Dialogue.Turn> turns = ChatMessages.turns(row, field);
    if (turns.isEmpty() || turns.getLast().role() != Dialogue.Role.HUMAN) {
      row.fault(
          field,
          "a last turn of the user",
          turns.isEmpty() ? "no turn" : "one of the " + EnumWords.of(turns.getLast().role()));
    }
    return of(row, field, Dialogue.quoting(turns, row::note));
  }

  /// The prompt of these turns after the row's system text and history.
  ///
  /// @param asking the field that they came from
  static PromptFields of(JsonFields row, String asking, List<Dialogue.Turn> turns) {
    List<Dialogue.Turn> all = new ArrayList<>();
    FieldRole.SYSTEM
        .in(row.node())
        .filter(field -> row.node().path(field).isTextual())
        .map(row::text)
        .filter(text -> !text.isBlank())
        .ifPresent(text -> all.add(new Dialogue.Turn(Dialogue.Role.SYSTEM, text)));
    FieldRole.HISTORY
        .in(row.node())
        .filter(field -> !field.equals(asking) && row.node().path(field).isArray())
        .ifPresent(
            field -> all.addAll(Dialogue.quoting(ChatMessages.turns(row, field), row::note)));
    all.addAll(turns);
    return new PromptFields(
        Dialogue.prompt(all), user(row), row.who(FieldRole.ORGANISATION), useCase(row));
  }

  /// The id of the user, unless the field `user` is a turn of a conversation.
  private static Optional<String> user(JsonFields row) {
    boolean words = row.node().path("user").isTextual() && row.node().has("assistant");
    return words ? Optional.empty() : row.who(FieldRole.USER);
  }

  /// The text of an object that stands for a text.
  static String inside(JsonFields object) {
    String name = TEXTS.stream().filter(object.node()::has).findFirst().orElse(TEXTS.getFirst());
    return object.filled(name);
  }

  /// The question, and after an empty line its context.
  private static String withContext(JsonFields row, String field, String question) {
    StringBuilder text = new StringBuilder(question);
    for (Map.Entry<String, JsonNode> context : FieldRole.CONTEXT.filling(row.node()).entrySet()) {
      String name = context.getKey();
      boolean texts = context.getValue().isArray() && allTexts(context.getValue());
      if (!name.equals(field) && (context.getValue().isTextual() || texts)) {
        String more = texts ? String.join("\n\n", row.texts(name)) : row.text(name);
        text.append(more.isBlank() ? "" : "\n\n" + more);
      }
    }
    return text.toString();
  }

  private static boolean allTexts(JsonNode array) {
    for (JsonNode element : array) {
      if (!element.isTextual()) {
        return false;
      }
    }
    return true;
  }

  /// The paper's use case of a row's category; other categories are not read.
  private static Optional<Prompt.UseCase> useCase(JsonFields row) {
    Optional<String> field = FieldRole.USE_CASE.in(row.node());
    Optional<Prompt.UseCase> use =
        field.flatMap(name ->
            switch (row.node()
                .path(name)
                .asText()
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\W", "_")) {
              case "generation", "creative_writing", "generate" ->
                  Optional.of(Prompt.UseCase.GENERATION);
              case "open_qa", "general_qa" -> Optional.of(Prompt.UseCase.OPEN_QA);
              case "closed_qa" -> Optional.of(Prompt.UseCase.CLOSED_QA);
              case "brainstorming", "brainstorm" -> Optional.of(Prompt.UseCase.BRAINSTORMING);
              case "chat" -> Optional.of(Prompt.UseCase.CHAT);
              case "rewrite" -> Optional.of(Prompt.UseCase.REWRITE);
              case "summarization", "summarize" -> Optional.of(Prompt.UseCase.SUMMARIZATION);
              case "classification", "classify" -> Optional.of(Prompt.UseCase.CLASSIFICATION);
              case "extract", "information_extraction", "extraction" ->
                  Optional.of(Prompt.UseCase.EXTRACT);
              default -> Optional.empty();
            });
    use.ifPresent(_ -> row.take(field.orElseThrow()));
    return use;
  }
}
