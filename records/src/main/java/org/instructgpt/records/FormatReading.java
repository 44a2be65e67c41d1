package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/// Makes records of a row whose [Format] is known.
final class FormatReading {
  private FormatReading() {}

  /// Makes records of a row, or throws all of its faults.
  static void read(Format format, JsonNode row, RowRecords draft) {
    if (format != Format.RECORDS && ConsentField.isRefused(row)) {
      draft.note("rows that say that their user did not consent, left out");
      return;
    }
    boolean quoted = format == Format.PROMPTS && row.isTextual();
    JsonFields fields = quoted ? quotedPrompt(row) : JsonFields.of(row);
    read(format, fields, draft);
    fields.notes().keySet().forEach(draft::note);
    draft.unread(ConsentField.without(fields.unread()));
  }

  private static void read(Format format, JsonFields row, RowRecords draft) {
    switch (format) {
      case RECORDS -> draft.record(RecordJson.read(row));
      case LABEL_STUDIO -> each(ToolExports.labelStudio(row), row, draft);
      case ARGILLA -> each(ToolExports.argilla(row), row, draft);
      case PRODIGY -> each(ProdigyRows.read(row), row, draft);
      case OPEN_WEBUI -> each(ToolExports.openWebUi(row), row, draft);
      case FINE_GRAINED -> RankingFormats.fineGrained(row, draft);
      case OPEN_ASSISTANT -> OpenAssistantTree.read(row, draft);
      case SUPER_NI -> each(ToolExports.superNi(row), row, draft);
      case SELF_INSTRUCT -> DemonstrationFormats.selfInstruct(row, draft);
      case RANKED -> ComparisonFormats.ranked(row, draft);
      case PAIRWISE -> ComparisonFormats.pairwise(row, draft);
      case HH_RLHF -> RankingFormats.dialogues(row, draft);
      case PREFERENCES -> ComparisonFormats.preference(row, draft);
      case CHATS -> DemonstrationFormats.chat(row, draft);
      case RATINGS -> RatingFormats.rating(row, draft);
      case MESSAGES -> DemonstrationFormats.conversation(row, draft, "messages");
      case CONVERSATIONS -> DemonstrationFormats.conversation(row, draft, "conversations");
      case QUESTION_ANSWER -> DemonstrationFormats.answered(row, draft, "question", "answer");
      case INSTRUCTIONS -> DemonstrationFormats.answered(row, draft, "instruction", "output");
      case COMPLETIONS -> DemonstrationFormats.answered(row, draft, "prompt", "completion");
      case PROMPTS -> DemonstrationFormats.prompt(row, draft);
    }
  }

  /// Reads the plain rows made of an export, each by its detected format.
  private static void each(List<JsonFields> rows, JsonFields whole, RowRecords draft) {
    whole.settle();
    for (JsonFields row : rows) {
      Format format =
          FormatDetection.of(row.node())
              .orElseThrow(() ->
                  new BadField(
                      "row", "answers and a judgement of them", UnknownRows.keys(row.node())));
      read(format, row, draft);
      row.notes().keySet().forEach(draft::note);
      draft.unread(row.unread());
    }
  }

  /// The plain rows in an export of a labeling tool, or the row itself.
  static Stream<JsonNode> judged(JsonNode row) {
    if (ToolExports.isLabelStudio(row)) {
      return ToolExports.labelStudio(JsonFields.of(row)).stream().map(JsonFields::node);
    }
    if (ToolExports.isArgilla(row)) {
      return ToolExports.argilla(JsonFields.of(row)).stream().map(JsonFields::node);
    }
    return Stream.of(row);
  }

  private static JsonFields quotedPrompt(JsonNode text) {
    return JsonFields.of(RecordJson.MAPPER.createObjectNode().set("prompt", text));
  }
}
