package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The rows that the [Importer] understands, each named by what a row looks like. The first kind
/// that fits is taken.
public enum Format {
  /// Our own, as the [Exporter] writes it: `type` is labeler, prompt, demonstration, ranking or
  /// rating.
  RECORDS(
      "{type, id, ...}",
      row -> Json.TYPES.contains(row.path("type").asText()),
      (row, draft) -> draft.record(Json.read(row))),

  /// A demonstration: all but the last turn, which is the assistant's, is the prompt; see
  /// [Dialogue].
  MESSAGES("{messages: [{role, content}]}", keys("messages"), DemonstrationFormats::messages),

  /// The same with other names (`human`, `gpt`).
  CONVERSATIONS(
      "{conversations: [{from, value}]}",
      keys("conversations"),
      DemonstrationFormats::conversations),

  /// A closed-domain question with four answers and six pairwise labels, see
  /// [RankingFormats#fineGrained].
  FINE_GRAINED(
      "{question, passages, prediction 1..4, preference}",
      keys("question", "prediction 1"),
      RankingFormats::fineGrained),

  /// A question with a worked answer (gsm8k).
  QUESTION_ANSWER(
      "{question, answer}", keys("question", "answer"), DemonstrationFormats::questionAnswer),

  /// A tree of messages, see [OpenAssistantTree].
  OPEN_ASSISTANT(
      "{prompt: {text, replies: [{text, rank, replies}]}}",
      row -> row.path("prompt").isObject(),
      OpenAssistantTree::read),

  /// A prompt with K completions and their ranks, 1 best, equal for ties; `labeler`, `models`,
  /// `user` may be given.
  RANKED("{prompt, completions: [...], ranks: [...]}", keys("completions"), RankingFormats::ranked),

  /// A prompt with the better and the worse completion.
  PREFERENCES(
      "{prompt, chosen, rejected}",
      keys("prompt", "chosen", "rejected"),
      RankingFormats::preference),

  /// Two dialogues that begin alike, see [RankingFormats#dialogues].
  HH_RLHF("{chosen, rejected}", keys("chosen", "rejected"), RankingFormats::dialogues),

  /// A demonstration; a closing `<|endoftext|>`, which some files write out, is dropped.
  COMPLETIONS(
      "{prompt, completion}", keys("prompt", "completion"), DemonstrationFormats::completion),

  /// Demonstrations of one instruction on several inputs.
  SELF_INSTRUCT(
      "{instruction, instances: [{input, output}]}",
      keys("instruction", "instances"),
      DemonstrationFormats::selfInstruct),

  /// A demonstration; the input, if any, follows the instruction after an empty line.
  INSTRUCTIONS(
      "{instruction, input, output}",
      keys("instruction", "output"),
      DemonstrationFormats::instruction),

  /// Prompts alone: an object, or a plain JSON string; `user` and `organisation` may be given.
  PROMPTS(
      "{prompt} or \"prompt\"",
      row -> row.isTextual() || row.has("prompt"),
      DemonstrationFormats::prompt);

  private final String look;

  @SuppressWarnings("ImmutableEnumChecker") // All are functions without state.
  private final Predicate<JsonNode> fits;

  @SuppressWarnings("ImmutableEnumChecker")
  private final BiConsumer<Fields, Draft> reader;

  Format(String look, Predicate<JsonNode> fits, BiConsumer<Fields, Draft> reader) {
    this.look = look;
    this.fits = fits;
    this.reader = reader;
  }

  /// The name for settings and messages.
  public String word() {
    return Json.word(this);
  }

  /// Makes records of a row, or throws all that is wrong with it.
  void read(JsonNode row, Draft draft) {
    reader.accept(this == PROMPTS && row.isTextual() ? quotedPrompt(row) : Fields.of(row), draft);
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

  private static Fields quotedPrompt(JsonNode text) {
    return Fields.of(Json.MAPPER.createObjectNode().set("prompt", text));
  }

  private static Predicate<JsonNode> keys(String... keys) {
    return row -> Arrays.stream(keys).allMatch(row::has);
  }
}
