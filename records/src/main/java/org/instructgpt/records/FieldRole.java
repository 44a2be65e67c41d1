package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The roles of fields in imported rows, with the names that each may have.
///
/// Names are compared without case and word separators, so `chosenResponse`, `chosen-response` and
/// `Chosen Response` are equal. Earlier synonyms win over later ones.
enum FieldRole {
  /// The prompt. One synonym is `instruction`; a row's `input` is then [#CONTEXT].
  PROMPT(
      "prompt",
      "inputs_pretokenized",
      "question",
      "instruction",
      "instructions",
      "query",
      "inputs",
      "user_prompt",
      "user_input",
      "user_message",
      "human",
      "problem",
      "goal",
      "user_query",
      "input",
      "source_text",
      "post",
      "q"),

  /// The text that the question is about.
  CONTEXT(
      "context",
      "input",
      "passage",
      "passages",
      "background",
      "document",
      "documents",
      "article",
      "evidence",
      "knowledge",
      "reference_text",
      "query"),

  /// The system message.
  SYSTEM("system", "system_prompt", "system_message", "custom_system_prompt", "developer"),

  /// Earlier turns of the conversation.
  HISTORY("history", "chat_history", "conversation_history", "dialogue_history", "prior_turns"),

  /// The answer.
  RESPONSE(
      "completion",
      "response",
      "answer",
      "output",
      "targets_pretokenized",
      "target",
      "targets",
      "reply",
      "assistant",
      "bot",
      "gpt",
      "chatgpt",
      "expected_output",
      "ideal",
      "gold_answer",
      "answers",
      "outputs",
      "assistant_response",
      "model_response",
      "model_output",
      "bot_response",
      "response_text",
      "answer_text",
      "output_text",
      "generation",
      "solution",
      "summary",
      "highlights",
      "a"),

  /// The better answer.
  CHOSEN(
      "chosen",
      "selected",
      "preferred",
      "preferred_output",
      "preferred_response",
      "preferred_completion",
      "chosen_response",
      "response_chosen",
      "chosen_answer",
      "accepted",
      "accepted_response",
      "better",
      "better_response",
      "better_answer",
      "winner_response",
      "winning_response",
      "best_answer",
      "positive",
      "pos",
      "good",
      "y_w"),

  /// The worse answer.
  REJECTED(
      "rejected",
      "non_preferred_output",
      "non_preferred",
      "dispreferred",
      "dispreferred_output",
      "dispreferred_response",
      "non_preferred_response",
      "unpreferred",
      "nonpreferred_completion",
      "rejected_response",
      "response_rejected",
      "rejected_answer",
      "rejected_output",
      "worse",
      "worse_response",
      "worse_answer",
      "losing_response",
      "loser_response",
      "negative",
      "neg",
      "bad",
      "y_l"),

  /// A whole conversation.
  MESSAGES(
      "messages",
      "conversations",
      "conversation",
      "message",
      "dialogue",
      "dialog",
      "dialogs",
      "chat",
      "turns",
      "thread",
      "items",
      "data",
      "transcript",
      "text"),

  /// Which of two answers is better.
  WINNER(
      "winner",
      "preference",
      "preferred",
      "choice",
      "better_response_id",
      "better",
      "better_id",
      "better_answer",
      "overall_preference",
      "preference_strength",
      "preferred_response",
      "preference_label",
      "chosen",
      "chosen_index",
      "comparison",
      "verdict",
      "judgment",
      "judgement",
      "vote",
      "label",
      "labels",
      "best",
      "selected"),

  /// A judgement of an answer: good or bad, or a score.
  RATING(
      "rating",
      "label",
      "kto_tag",
      "thumbs",
      "thumb",
      "thumbs_up",
      "thumbs_down",
      "upvoted",
      "downvoted",
      "disliked",
      "likert",
      "likert_score",
      "grade",
      "is_correct",
      "is_accepted",
      "is_rejected",
      "is_bad",
      "is_helpful",
      "approved",
      "satisfaction",
      "star_rating",
      "feedback",
      "vote",
      "liked",
      "like",
      "desirable",
      "is_desirable",
      "is_good",
      "is_chosen",
      "accepted",
      "quality",
      "overall_quality",
      "overall_rating",
      "overall",
      "human_rating",
      "user_rating",
      "stars",
      "helpfulness",
      "score"),

  /// The labeler, who judged or wrote.
  LABELER(
      "labeler",
      "labeller",
      "annotator",
      "rater",
      "worker",
      "judge",
      "evaluator",
      "reviewer",
      "grader",
      "annotated_by",
      "labeled_by",
      "rated_by",
      "completed_by",
      "crowdworker",
      "author"),

  /// The user who wrote the prompt.
  USER("user", "customer", "account", "hashed_user", "red_team_member"),

  ORGANISATION("organisation", "organization", "org"),

  /// The model that wrote the answer.
  MODEL("model", "generator", "policy", "engine", "model_version", "generated_by", "llm"),
  CHOSEN_MODEL("chosen_model", "model_chosen", "winner_model"),
  REJECTED_MODEL("rejected_model", "model_rejected", "loser_model"),

  /// Several answers to one prompt.
  ANSWERS(
      "completions",
      "answers",
      "responses",
      "candidates",
      "outputs",
      "generations",
      "replies",
      "summaries",
      "options",
      "continuations"),
  MODELS("models", "model_names", "policies", "generators"),

  /// A rank for each answer, 1 best.
  RANKS("ranks", "rank", "rankings"),

  /// A score for each answer, more is better.
  SCORES("scores", "ratings", "rewards", "qualities", "wins", "win_counts", "votes", "vote_counts"),

  /// The answers' indices from 0, or their names, best first.
  ORDER("order"),

  USE_CASE("use_case", "category", "task_category");

  /// The size of the caches: files have the same field names in every row, so what is known of a
  /// name is cached.
  private static final int MOST_NAMES = 2000;

  private static final Map<String, String> PLAIN = new ConcurrentHashMap<>();
  private static final Pattern JOINTS = Pattern.compile("[^\\p{L}\\p{N}]");

  @SuppressWarnings("ImmutableEnumChecker") // The list is a copy.
  private final List<String> names;

  @SuppressWarnings("ImmutableEnumChecker") // Only a cache.
  private final Map<String, Integer> ranks = new ConcurrentHashMap<>();

  FieldRole(String... names) {
    this.names = Arrays.stream(names).map(name -> name.replace("_", "")).toList();
  }

  /// Suffixes that names of people's and models' fields may have: `annotator_id`.
  private static final List<String> ENDINGS = List.of("id", "name", "email", "uuid");

  /// Its name in `--map`.
  String word() {
    return EnumWords.of(this);
  }

  static String words() {
    return Arrays.stream(values()).map(FieldRole::word).collect(Collectors.joining(", "));
  }

  /// Whether a field of this name has this role.
  boolean isCalled(String field) {
    return rank(field) < names.size();
  }

  /// The field of a row with this role: the first synonym that is present and not null.
  Optional<String> in(JsonNode row) {
    String best = null;
    int least = names.size();
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      int rank = rank(field.getKey());
      if (rank < least && !JsonValues.absent(field.getValue())) {
        least = rank;
        best = field.getKey();
      }
    }
    return Optional.ofNullable(best);
  }

  /// All fields of a row that may have this role, in the order of the synonyms.
  Map<String, JsonNode> filling(JsonNode row) {
    List<Map.Entry<String, JsonNode>> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      if (isCalled(field.getKey()) && !JsonValues.absent(field.getValue())) {
        found.add(field);
      }
    }
    found.sort((a, b) -> Integer.compare(rank(a.getKey()), rank(b.getKey())));
    Map<String, JsonNode> filling = new LinkedHashMap<>();
    found.forEach(field -> filling.put(field.getKey(), field.getValue()));
    return filling;
  }

  /// The index of a name among the synonyms; their number if it is none.
  private int rank(String field) {
    Integer known = ranks.get(field);
    if (known != null) {
      return known;
    }
    int rank = place(plain(field));
    if (ranks.size() < MOST_NAMES) {
      ranks.put(field, rank);
    }
    return rank;
  }

  private int place(String plain) {
    if (plain.equals(plain(word()))) {
      return -1; // what --map says comes first
    }
    int rank = names.indexOf(plain);
    if (rank < 0 && (this == LABELER || this == USER || this == ORGANISATION || this == MODEL)) {
      for (String ending : ENDINGS) {
        if (rank < 0 && plain.endsWith(ending)) {
          rank = names.indexOf(plain.substring(0, plain.length() - ending.length()));
        }
      }
    }
    return rank < 0 ? names.size() : rank;
  }

  /// A name in lower case without word separators.
  static String plain(String name) {
    String known = PLAIN.get(name);
    if (known != null) {
      return known;
    }
    String plain = JOINTS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("");
    if (PLAIN.size() < MOST_NAMES && name.length() < 100) {
      PLAIN.put(name, plain);
    }
    return plain;
  }
}
