package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Error messages for rows that fit no [Format]: their fields, what they probably are, and the flag
/// that helps.
final class UnknownRows {
  private static final int MOST_KEYS = 20;

  /// Fields of benchmarks and classification data sets, which feedback does not have.
  private static final Set<String> TEST =
      Set.of(
          "choice1",
          "choice2",
          "choices",
          "endings",
          "hypothesis",
          "sentence",
          "sentence1",
          "sentence2",
          "tokens",
          "nertags",
          "image",
          "translation",
          "paragraphs");

  private UnknownRows() {}

  static BadField fault(JsonNode row) {
    return new BadField("row", "a row of a known form (" + help(row) + ")", keys(row));
  }

  /// The fields of a row as named in messages.
  static String keys(JsonNode row) {
    return keys(row, Set.of());
  }

  /// @param but fields to leave out
  static String keys(JsonNode row, Set<String> but) {
    if (!row.isObject()) {
      return JsonValues.found(row);
    }
    List<String> names = new ArrayList<>();
    row.fieldNames().forEachRemaining(names::add);
    names.removeAll(but);
    if (names.isEmpty()) {
      return "an object without fields";
    }
    String more = names.size() > MOST_KEYS ? ", and " + (names.size() - MOST_KEYS) + " more" : "";
    List<String> shown = names.subList(0, Math.min(names.size(), MOST_KEYS));
    return (names.size() == 1 ? "the field " : "the fields ") + String.join(", ", shown) + more;
  }

  private static String help(JsonNode row) {
    Optional<String> asking = PromptFields.field(row);
    if (isTest(row)) {
      return "this looks like a set of tasks with choices or labels, in which nobody answers in"
          + " words or judges an answer; write its rows as {\"prompt\": ..., \"completion\": ...}"
          + " first";
    }
    boolean text = row.path("text").isTextual();
    if (text && row.path("label").isMissingNode() && asking.isEmpty()) {
      return "this looks like text to pretrain on: instructgpt pretrain --text FILE; if it is a"
          + " prompt: --map prompt=text";
    }
    if (text && asking.isEmpty()) {
      return "this looks like labelled text; if the label is the answer: --map"
          + " prompt=text,response=label";
    }
    List<AnswerColumns.Candidate> answers = AnswerColumns.in(row).all();
    if (!answers.isEmpty()) {
      return "nothing says which of the answers is better; if a field does: --map winner=FIELD; if"
          + " it is always the first: --map chosen="
          + answers.getFirst().field()
          + ",rejected="
          + answers.get(1).field();
    }
    if (row.has("prompt") && row.has("continuation")
        || asking.isPresent() && !texts(row, asking.get()).isEmpty()) {
      String other =
          texts(row, asking.orElse("prompt")).stream().findFirst().orElse("continuation");
      return "if "
          + other
          + " is the answer: --map response="
          + other
          + "; if only the prompts are wanted: --format prompts";
    }
    if (asking.isPresent() && FieldRole.ANSWERS.in(row).isPresent()) {
      return "what ranks the answers: --map ranks=FIELD where 1 is the best, --map scores=FIELD where"
          + " more is better, --map order=FIELD for their numbers from 0, best first";
    }
    if (asking.isPresent()) {
      return "if only the prompts are wanted: --format prompts";
    }
    return "name what is what with --map, as in --map prompt=FIELD,response=FIELD or --map"
        + " prompt=FIELD,chosen=FIELD,rejected=FIELD; docs/formats.md lists the forms";
  }

  /// Whether a row belongs to a benchmark or a classification data set.
  private static boolean isTest(JsonNode row) {
    return row.properties().stream()
        .map(field -> FieldRole.plain(field.getKey()))
        .anyMatch(TEST::contains);
  }

  private static List<String> texts(JsonNode row, String asking) {
    return row.properties().stream()
        .filter(field -> !field.getKey().equals(asking))
        .filter(field -> field.getValue().isTextual() || field.getValue().path("text").isTextual())
        .map(Map.Entry::getKey)
        .filter(name ->
            !MetadataFields.isOne(name)
                && !FieldRole.CONTEXT.isCalled(name)
                && !FieldRole.SYSTEM.isCalled(name)
                && !FieldRole.USER.isCalled(name))
        .toList();
  }
}
