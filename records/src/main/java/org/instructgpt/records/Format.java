package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The rows that the [Importer] understands, each named by what a row looks like. Of a row the
/// first kind that fits is taken, of a file the kind that most of its first rows have.
///
/// The names of fields that are shown stand for all their synonyms, see [FieldRole].
public enum Format {
  /// Our own, as the [Exporter] writes it: `type` is labeler, prompt, demonstration, ranking or
  /// rating.
  RECORDS("{type, id, ...}", Format::isRecord, (row, draft) -> draft.record(RecordJson.read(row))),

  /// An export of a labeling tool, see [ToolExports].
  LABEL_STUDIO(
      "{data, annotations: [{result}]}",
      ToolExports::isLabelStudio,
      (row, draft) -> each(ToolExports.labelStudio(row), row, draft)),
  ARGILLA(
      "{fields, responses}",
      ToolExports::isArgilla,
      (row, draft) -> each(ToolExports.argilla(row), row, draft)),
  PRODIGY(
      "{prompt, response or options, answer: accept, reject or ignore}",
      ProdigyRows::isOne,
      (row, draft) -> each(ProdigyRows.read(row), row, draft)),
  OPEN_WEBUI(
      "{data: {rating}, snapshot: {chat}}",
      ToolExports::isOpenWebUi,
      (row, draft) -> each(ToolExports.openWebUi(row), row, draft)),

  /// A closed-domain question with four answers and six pairwise labels, see
  /// [RankingFormats#fineGrained].
  FINE_GRAINED(
      "{question, passages, prediction 1..4, preference}",
      keys("question", "prediction 1"),
      RankingFormats::fineGrained),

  /// A tree of messages, see [OpenAssistantTree]; or its messages, a row each.
  OPEN_ASSISTANT(
      "{prompt: {text, replies: [{text, rank, replies}]}} or {message_id, parent_id, text, role}",
      row -> row.path("prompt").has("replies") || OpenAssistantTree.isMessage(row),
      OpenAssistantTree::read),

  /// A task with many inputs and outputs (Natural Instructions).
  SUPER_NI(
      "{Definition, Instances: [{input, output}]}",
      keys("Definition", "Instances"),
      (row, draft) -> each(ToolExports.superNi(row), row, draft)),

  /// Demonstrations of one instruction on several inputs.
  SELF_INSTRUCT(
      "{instruction, instances: [{input, output}]}",
      keys("instruction", "instances"),
      DemonstrationFormats::selfInstruct),

  /// A prompt with K completions and their ranks, 1 best, equal for ties, or their scores;
  /// `labeler`, `models`, `user` may be given.
  RANKED(
      "{prompt, completions: [...], ranks or scores: [...]}",
      row -> ComparisonFormats.isRanked(row) && !WinnerField.isIn(row, AnswerColumns.in(row)),
      ComparisonFormats::ranked),

  /// A prompt with answers in fields of their own and a winner.
  PAIRWISE(
      "{prompt, response_a, response_b, winner}",
      row -> WinnerField.isIn(row, AnswerColumns.in(row)),
      ComparisonFormats::pairwise),

  /// Two dialogues that begin alike, see [RankingFormats#dialogues].
  HH_RLHF(
      "{chosen, rejected}",
      row -> isPair(row) && row.path("chosen").isTextual() && isAlone(row),
      RankingFormats::dialogues),

  /// A prompt with the better and the worse completion.
  PREFERENCES("{prompt, chosen, rejected}", Format::isPair, ComparisonFormats::preference),

  /// What people asked a model, with its answers, which are no demonstrations.
  CHATS(
      "{conversation, model, moderation} or {transcript, red_team_member_id}",
      Format::isChat,
      DemonstrationFormats::chat),

  /// A prompt with one answer, or a conversation, and what it was found to be.
  RATINGS("{prompt, response, label or rating}", Format::isRated, RatingFormats::rating),

  /// A demonstration: all but the last turn, which is the assistant's, is the prompt; see
  /// [Dialogue].
  MESSAGES(
      "{messages: [{role, content}]}",
      row -> isTalk(row) && !isAsking(row) && !isFromTo(row),
      (row, draft) -> DemonstrationFormats.conversation(row, draft, "messages")),

  /// The same with other names (`human`, `gpt`).
  CONVERSATIONS(
      "{conversations: [{from, value}]}",
      row -> isTalk(row) && !isAsking(row),
      (row, draft) -> DemonstrationFormats.conversation(row, draft, "conversations")),

  /// A question with a worked answer (gsm8k).
  QUESTION_ANSWER(
      "{question, answer}",
      row -> isAnswered(row, "question"),
      (row, draft) -> DemonstrationFormats.answered(row, draft, "question", "answer")),

  /// A demonstration; the input, if any, follows the instruction after an empty line.
  INSTRUCTIONS(
      "{instruction, input, output}",
      row -> isAnswered(row, "instruction"),
      (row, draft) -> DemonstrationFormats.answered(row, draft, "instruction", "output")),

  /// A demonstration; a closing `<|endoftext|>`, which some files write out, is dropped.
  COMPLETIONS(
      "{prompt, completion}",
      row -> isAnswered(row, ""),
      (row, draft) -> DemonstrationFormats.answered(row, draft, "prompt", "completion")),

  /// Prompts alone: an object, or a plain JSON string; `user` and `organisation` may be given.
  PROMPTS("{prompt} or \"prompt\"", Format::isPromptAlone, DemonstrationFormats::prompt);

  private static final Set<String> HARMLESS =
      Set.of(
          "id",
          "promptid",
          "questionid",
          "conversationid",
          "taskid",
          "uuid",
          "idx",
          "index",
          "source",
          "dataset",
          "subset",
          "split",
          "lang",
          "language",
          "locale",
          "country",
          "timestamp",
          "date",
          "time",
          "created",
          "createdat",
          "updatedat",
          "tstamp",
          "tag",
          "tags",
          "topic",
          "domain",
          "difficulty",
          "license",
          "url",
          "meta",
          "metadata",
          "filename",
          "type",
          "turn",
          "category",
          "usecase",
          "task",
          "taskname",
          "title",
          "messageid",
          "sourceid",
          "datasource",
          "version",
          "origin",
          "keywords",
          "level");

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

  private final String look;

  @SuppressWarnings("ImmutableEnumChecker") // All are functions without state.
  private final Predicate<JsonNode> fits;

  @SuppressWarnings("ImmutableEnumChecker")
  private final BiConsumer<JsonFields, RowRecords> reader;

  Format(String look, Predicate<JsonNode> fits, BiConsumer<JsonFields, RowRecords> reader) {
    this.look = look;
    this.fits = fits;
    this.reader = reader;
  }

  /// The name for settings and messages.
  public String word() {
    return RecordJson.word(this);
  }

  /// What a row looks like, by the usual names of its fields.
  public String look() {
    return look;
  }

  /// Makes records of a row, or throws all that is wrong with it.
  void read(JsonNode row, RowRecords draft) {
    if (this != RECORDS && ConsentField.isIn(row)) {
      draft.note("rows that say that their user did not consent, left out");
      return;
    }
    JsonFields fields = this == PROMPTS && row.isTextual() ? quotedPrompt(row) : JsonFields.of(row);
    reader.accept(fields, draft);
    fields.notes().keySet().forEach(draft::note);
    draft.unread(ConsentField.without(fields.unread()));
  }

  /// The plain rows in an export of a labeling tool, or the row itself.
  static Stream<JsonNode> judged(JsonNode row) {
    boolean exported = LABEL_STUDIO.fits.test(row) || ARGILLA.fits.test(row);
    if (!exported) {
      return Stream.of(row);
    }
    JsonFields fields = JsonFields.of(row);
    return (LABEL_STUDIO.fits.test(row)
            ? ToolExports.labelStudio(fields)
            : ToolExports.argilla(fields))
        .stream().map(JsonFields::node);
  }

  /// The first kind that a row looks like.
  static Optional<Format> of(JsonNode row) {
    return Arrays.stream(values()).filter(format -> format.fits.test(row)).findFirst();
  }

  static String looks() {
    return Arrays.stream(values())
        .map(format -> format.word() + " " + format.look)
        .collect(Collectors.joining("; "));
  }

  /// Reads the plain rows that an export was made into, each as what it looks like.
  private static void each(List<JsonFields> rows, JsonFields whole, RowRecords draft) {
    whole.settle();
    for (JsonFields row : rows) {
      Format.of(row.node())
          .orElseThrow(() ->
              new BadField("row", "answers and a judgement of them", UnknownRows.keys(row.node())))
          .reader
          .accept(row, draft);
      row.notes().keySet().forEach(draft::note);
      draft.unread(row.unread());
    }
  }

  private static JsonFields quotedPrompt(JsonNode text) {
    return JsonFields.of(RecordJson.MAPPER.createObjectNode().set("prompt", text));
  }

  private static Predicate<JsonNode> keys(String... keys) {
    return row -> Arrays.stream(keys).allMatch(row::has);
  }

  /// A `type` of ours alone does not make a record: other people's ratings have one too.
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

  /// Whether the answers have no prompt beside them.
  private static boolean isAlone(JsonNode row) {
    return PromptFields.field(row).isEmpty() && ChatMessages.in(row).isEmpty();
  }

  private static boolean isTalk(JsonNode row) {
    return ChatMessages.in(row).isPresent() || row.has("messages") || row.has("conversations");
  }

  private static boolean isFromTo(JsonNode row) {
    return row.path(ChatMessages.in(row).orElse("conversations")).path(0).has("from")
        || !row.has("messages") && ChatMessages.in(row).isEmpty();
  }

  /// Whether the conversation ends with the user's named turn, so that it is a prompt.
  private static boolean isAsking(JsonNode row) {
    JsonNode list = row.path(ChatMessages.in(row).orElse(""));
    JsonNode last = list.path(list.size() - 1);
    String role = last.path("role").asText(last.path("from").asText(""));
    return ChatMessages.role(role).equals(Optional.of(Dialogue.Role.HUMAN));
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
            && (answered || ChatMessages.in(row).isPresent() && !isAsking(row));
  }

  /// @param name what the prompt is called, or nothing for any name
  private static boolean isAnswered(JsonNode row, String name) {
    Optional<String> asking = PromptFields.field(row);
    return asking.isPresent()
        && AnswerFields.field(row, asking).isPresent()
        && (name.isEmpty() || FieldRole.plain(asking.get()).startsWith(name))
        && AnswerColumns.in(row).isEmpty();
  }

  /// Whether a row asks and nothing in it might be an answer or a judgement.
  private static boolean isPromptAlone(JsonNode row) {
    if (row.isTextual()) {
      return true;
    }
    if (ChatMessages.in(row).isPresent() && !isAsking(row)) {
      return false;
    }
    Optional<String> asking =
        PromptFields.field(row).or(() -> ChatMessages.in(row).filter(_ -> isAsking(row)));
    return asking.isPresent()
        && row.properties().stream()
            .filter(field -> !field.getKey().equals(asking.get()))
            .allMatch(Format::isHarmless);
  }

  /// Whether a field of that name is about the row and neither asks nor answers.
  static boolean isHarmless(String name) {
    return HARMLESS.contains(FieldRole.plain(name));
  }

  private static boolean isHarmless(Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    String name = field.getKey();
    boolean empty = value.isContainerNode() ? value.isEmpty() : value.asText().isBlank();
    if (JsonFields.absent(value) || empty || isHarmless(name)) {
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
            .anyMatch(slot -> slot.isCalled(name));
    boolean judges =
        List.of(
                FieldRole.RESPONSE,
                FieldRole.RATING,
                FieldRole.WINNER,
                FieldRole.CHOSEN,
                FieldRole.REJECTED)
            .stream()
            .anyMatch(slot -> slot.isCalled(name));
    return known || !judges && !value.isTextual() && !value.isContainerNode();
  }
}
