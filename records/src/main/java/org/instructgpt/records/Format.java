package org.instructgpt.records;

/// The formats of rows that the [Importer] reads. A row has the first format whose fields it has, a
/// file the most frequent format of its first rows.
///
/// The field names shown stand for all their synonyms, see [FieldRole].
public enum Format {
  /// The program's own format, written by the [Exporter]: `type` is labeler, prompt, demonstration,
  /// ranking or rating.
  RECORDS("{type, id, ...}"),

  /// An export of a labeling tool, see [ToolExports].
  LABEL_STUDIO("{data, annotations: [{result}]}"),
  ARGILLA("{fields, responses}"),
  PRODIGY("{prompt, response or options, answer: accept, reject or ignore}"),
  OPEN_WEBUI("{data: {rating}, snapshot: {chat}}"),

  /// A closed-domain question with four answers and six pairwise labels, see
  /// [RankingFormats#fineGrained].
  FINE_GRAINED("{question, passages, prediction 1..4, preference}"),

  /// A tree of messages, see [OpenAssistantTree]; or its messages, a row each.
  OPEN_ASSISTANT(
      "{prompt: {text, replies: [{text, rank, replies}]}} or {message_id, parent_id, text, role}"),

  /// A task with many inputs and outputs (Natural Instructions).
  SUPER_NI("{Definition, Instances: [{input, output}]}"),

  /// Demonstrations of one instruction on several inputs.
  SELF_INSTRUCT("{instruction, instances: [{input, output}]}"),

  /// A prompt with K completions and their ranks, 1 best, equal for ties, or their scores;
  /// `labeler`, `models`, `user` may be given.
  RANKED("{prompt, completions: [...], ranks or scores: [...]}"),

  /// A prompt with answers in separate fields and a winner.
  PAIRWISE("{prompt, response_a, response_b, winner}"),

  /// Two dialogues that begin alike, see [RankingFormats#dialogues].
  HH_RLHF("{chosen, rejected}"),

  /// A prompt with the better and the worse completion.
  PREFERENCES("{prompt, chosen, rejected}"),

  /// Conversations of users with a model, whose answers are not demonstrations.
  CHATS("{conversation, model, moderation} or {transcript, red_team_member_id}"),

  /// A prompt with one answer, or a conversation, and a judgement of it.
  RATINGS("{prompt, response, label or rating}"),

  /// A demonstration: the last turn, which is the assistant's, is the response, the turns before it
  /// the prompt; see [Dialogue].
  MESSAGES("{messages: [{role, content}]}"),

  /// The same with other names (`human`, `gpt`).
  CONVERSATIONS("{conversations: [{from, value}]}"),

  /// A question with a worked answer (gsm8k).
  QUESTION_ANSWER("{question, answer}"),

  /// A demonstration; the input, if any, follows the instruction after an empty line.
  INSTRUCTIONS("{instruction, input, output}"),

  /// A demonstration; a closing `<|endoftext|>`, which some files write out, is dropped.
  COMPLETIONS("{prompt, completion}"),

  /// Prompts alone: an object, or a plain JSON string; `user` and `organisation` may be given.
  PROMPTS("{prompt} or \"prompt\"");

  private final String look;

  Format(String look) {
    this.look = look;
  }

  /// The name for settings and messages.
  public String word() {
    return EnumWords.of(this);
  }

  /// The shape of a row, with the usual names of its fields.
  public String look() {
    return look;
  }
}
