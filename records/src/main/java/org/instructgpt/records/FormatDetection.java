package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.text.Dialogue;

/// Detects the [Format] of a row by its fields.
final class FormatDetection {
  private static final Set<String> CHATTED =
      Set.of(
          "openaimoderation",
          "moderation",
          "hashedip",
          "toxic",
          "redacted",
          "redteammemberid",
          "minharmlessnessscoretranscript",
          "detoxifymoderation");

  private FormatDetection() {}

  /// The first format that fits a row.
  static Optional<Format> of(JsonNode row) {
    return Arrays.stream(Format.values()).filter(format -> fits(format, row)).findFirst();
  }

  private static boolean fits(Format format, JsonNode row) {
    return switch (format) {
      case RECORDS -> isRecord(row);
      case LABEL_STUDIO -> ToolExports.isLabelStudio(row);
      case ARGILLA -> ToolExports.isArgilla(row);
      case PRODIGY -> ProdigyRows.isOne(row);
      case OPEN_WEBUI -> ToolExports.isOpenWebUi(row);
      case FINE_GRAINED -> row.has("question") && row.has("prediction 1");
      case OPEN_ASSISTANT -> row.path("prompt").has("replies") || OpenAssistantTree.isMessage(row);
      case SUPER_NI -> row.has("Definition") && row.has("Instances");
      case SELF_INSTRUCT -> row.has("instruction") && row.has("instances");
      case RANKED ->
          ComparisonFormats.isRanked(row) && !WinnerField.isIn(row, AnswerColumns.in(row));
      case PAIRWISE -> WinnerField.isIn(row, AnswerColumns.in(row));
      case HH_RLHF -> isPair(row) && row.path("chosen").isTextual() && lacksPrompt(row);
      case PREFERENCES -> isPair(row);
      case CHATS -> isChat(row);
      case RATINGS -> isRated(row);
      case MESSAGES -> hasConversation(row) && !endsWithQuestion(row) && !isFromTo(row);
      case CONVERSATIONS -> hasConversation(row) && !endsWithQuestion(row);
      case QUESTION_ANSWER -> isAnswered(row, "question");
      case INSTRUCTIONS -> isAnswered(row, "instruction");
      case COMPLETIONS -> isAnswered(row, "");
      case PROMPTS -> isPromptAlone(row);
    };
  }

  /// A `type` alone does not make a record: rows of other formats have one too.
  private static boolean isRecord(JsonNode row) {
    return RecordJson.TYPES.contains(row.path("type").asText())
        && !row.has("snapshot")
        && RecordJson.REQUIRED.getOrDefault(row.path("type").asText(), List.of()).stream()
            .anyMatch(row::has);
  }

  private static boolean isPair(JsonNode row) {
    return FieldRole.CHOSEN.in(row).isPresent() && FieldRole.REJECTED.in(row).isPresent()
        || row.has("chosen") && row.has("rejected");
  }

  /// Whether there is no prompt beside the answers.
  private static boolean lacksPrompt(JsonNode row) {
    return PromptFields.field(row).isEmpty() && ChatMessages.in(row).isEmpty();
  }

  private static boolean hasConversation(JsonNode row) {
    return ChatMessages.in(row).isPresent() || row.has("messages") || row.has("conversations");
  }

  private static boolean isFromTo(JsonNode row) {
    return row.path(ChatMessages.in(row).orElse("conversations")).path(0).has("from")
        || !row.has("messages") && ChatMessages.in(row).isEmpty();
  }

  /// Whether the conversation ends with a turn of the user, so that it is a prompt.
  private static boolean endsWithQuestion(JsonNode row) {
    JsonNode list = row.path(ChatMessages.in(row).orElse(""));
    JsonNode last = list.path(list.size() - 1);
    String role = last.path("role").asText(last.path("from").asText(""));
    return Dialogue.Role.named(role).equals(Optional.of(Dialogue.Role.HUMAN));
  }

  private static boolean isChat(JsonNode row) {
    return ChatMessages.in(row).isPresent()
        && row.properties().stream().anyMatch(f -> CHATTED.contains(FieldRole.plain(f.getKey())));
  }

  private static boolean isRated(JsonNode row) {
    Optional<String> asking = PromptFields.field(row);
    boolean answered = asking.isPresent() && AnswerFields.field(row, asking).isPresent();
    return RatingFormats.isAxes(row)
        || RatingFormats.verdict(row).isPresent()
            && (answered || ChatMessages.in(row).isPresent() && !endsWithQuestion(row));
  }

  /// @param name how the name of the prompt's field begins; empty for any name
  private static boolean isAnswered(JsonNode row, String name) {
    Optional<String> asking = PromptFields.field(row);
    return asking.isPresent()
        && AnswerFields.field(row, asking).isPresent()
        && (name.isEmpty() || FieldRole.plain(asking.get()).startsWith(name))
        && AnswerColumns.in(row).isEmpty();
  }

  /// Whether a row has a prompt and nothing that might be an answer or a judgement.
  private static boolean isPromptAlone(JsonNode row) {
    if (row.isTextual()) {
      return true;
    }
    if (ChatMessages.in(row).isPresent() && !endsWithQuestion(row)) {
      return false;
    }
    Optional<String> asking =
        PromptFields.field(row).or(() -> ChatMessages.in(row).filter(_ -> endsWithQuestion(row)));
    return asking.isPresent()
        && row.properties().stream()
            .filter(field -> !field.getKey().equals(asking.get()))
            .allMatch(FormatDetection::isHarmless);
  }

  private static boolean isHarmless(Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    String name = field.getKey();
    boolean empty = value.isContainerNode() ? value.isEmpty() : value.asText().isBlank();
    if (JsonValues.absent(value) || empty || MetadataFields.isOne(name)) {
      return true;
    }
    boolean known =
        List.of(
                FieldRole.USER,
                FieldRole.ORGANISATION,
                FieldRole.LABELER,
                FieldRole.MODEL,
                FieldRole.CONTEXT,
                FieldRole.SYSTEM,
                FieldRole.HISTORY,
                FieldRole.USE_CASE)
            .stream()
            .anyMatch(role -> role.isCalled(name));
    boolean judges =
        List.of(
                FieldRole.RESPONSE,
                FieldRole.RATING,
                FieldRole.WINNER,
                FieldRole.CHOSEN,
                FieldRole.REJECTED)
            .stream()
            .anyMatch(role -> role.isCalled(name));
    return known || !judges && !value.isTextual() && !value.isContainerNode();
  }
}
