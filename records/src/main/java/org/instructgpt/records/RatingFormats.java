package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.instructgpt.text.Dialogue;

/// Reads judgements of single answers: thumbs, labels true and false (KTO), stars, HelpSteer's
/// axes. They become ratings from 1 (worst) to 7 (best).
///
/// The scale of a number is inferred from its name or from the first rows of the file; if neither
/// shows it, the row is refused.
final class RatingFormats {
  private static final Set<String> GOOD =
      Set.of(
          "true",
          "yes",
          "up",
          "thumbsup",
          "thumbup",
          "good",
          "like",
          "liked",
          "positive",
          "desirable",
          "chosen",
          "accepted",
          "accept",
          "correct",
          "helpful",
          "upvote",
          "pass");
  private static final Set<String> BAD =
      Set.of(
          "false",
          "no",
          "down",
          "thumbsdown",
          "thumbdown",
          "bad",
          "dislike",
          "disliked",
          "negative",
          "undesirable",
          "rejected",
          "reject",
          "incorrect",
          "unhelpful",
          "downvote",
          "fail");

  /// Fields with yes or no, in which 1 is yes and not the lowest value of a scale.
  private static final Set<String> YES_OR_NO =
      Set.of(
          "label",
          "ktotag",
          "thumbs",
          "thumb",
          "thumbsup",
          "feedback",
          "vote",
          "liked",
          "like",
          "desirable",
          "isdesirable",
          "iscorrect",
          "isaccepted",
          "ishelpful",
          "isrejected",
          "isbad",
          "thumbsdown",
          "upvoted",
          "downvoted",
          "disliked",
          "approved",
          "isgood",
          "ischosen",
          "accepted");

  /// Fields in which yes means that the answer is bad.
  private static final Set<String> INVERTED =
      Set.of("thumbsdown", "downvoted", "disliked", "isrejected", "isbad");

  private RatingFormats() {}

  static boolean isAxes(JsonNode row) {
    return row.path("summary").path("axes").isObject() && row.path("info").isObject();
  }

  /// The field with a judgement of a row's answer, if there is one.
  static Optional<String> verdict(JsonNode row) {
    if (isUndecided(row)) {
      return Optional.empty();
    }
    return FieldRole.RATING.filling(row).entrySet().stream()
        .filter(field -> judges(FieldRole.plain(field.getKey()), field.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// Whether `thumbs_up` and `thumbs_down` are equal.
  private static boolean isUndecided(JsonNode row) {
    JsonNode up = row.path("thumbs_up");
    return up.isBoolean() && up.equals(row.path("thumbs_down"));
  }

  /// A field that seems to judge an answer, in words or numbers that are not understood.
  private static Optional<String> doubtful(JsonNode row) {
    return FieldRole.RATING.filling(row).entrySet().stream()
        .filter(field -> field.getValue().isValueNode() && !field.getValue().asText().isBlank())
        .map(Map.Entry::getKey)
        .filter(name -> !FieldRole.plain(name).equals("score"))
        .findFirst()
        .or(() -> Stream.of("downvotes", "dislikes").filter(row::hasNonNull).findFirst());
  }

  /// Refuses an answer as a demonstration if a field may say that it is bad, unless the user named
  /// the format; returns whether the row is skipped.
  static boolean isDoubtful(JsonFields row, RowRecords draft) {
    if (isUndecided(row.node())) {
      row.take("thumbs_up");
      row.take("thumbs_down");
      draft.note("answers that nobody judged, left out");
      return true;
    }
    Optional<String> doubtful = doubtful(row.node()).filter(_ -> !draft.isFormatGiven());
    doubtful.ifPresent(field ->
        row.fault(
            field,
            "a judgement of the answer as a number, true or false, good or bad (if the answer is"
                + " good whatever this says: --format completions, or messages)",
            JsonValues.found(row.node().path(field))));
    return false;
  }

  private static boolean judges(String name, JsonNode value) {
    OptionalDouble number = JsonValues.numeric(value);
    if (number.isPresent()) {
      boolean sign = Math.abs(number.getAsDouble()) == 1 || number.getAsDouble() == 0;
      return sign || !YES_OR_NO.contains(name) && !name.equals("score");
    }
    String word = FieldRole.plain(value.asText());
    return value.isBoolean()
        || value.isTextual()
            && (GOOD.contains(word)
                || BAD.contains(word)
                || value.textValue().contains("\uD83D\uDC4D")
                || value.textValue().contains("\uD83D\uDC4E"));
  }

  /// A prompt with an answer, or a conversation with its last answer, and a judgement of it.
  static void rating(JsonFields row, RowRecords draft) {
    JsonNode node = row.node();
    if (isAxes(node)) {
      axes(row, draft);
      return;
    }
    Optional<String> asking = PromptFields.field(node);
    PromptFields asked;
    String answer;
    if (ChatMessages.in(node).isPresent()
        && (asking.isEmpty() || AnswerFields.field(node, asking).isEmpty())) {
      String field = ChatMessages.in(node).get();
      List<Dialogue.Turn> turns = ChatMessages.turns(row, field);
      if (turns.isEmpty() || turns.getLast().role() != Dialogue.Role.ASSISTANT) {
        row.fault(field, "a last turn of the assistant", "none");
        row.settle();
      }
      answer = turns.getLast().text();
      List<Dialogue.Turn> before = turns.subList(0, turns.size() - 1);
      asked = PromptFields.of(row, field, Dialogue.quoting(before, row::note));
    } else {
      asked = PromptFields.of(row, asking.orElse("prompt"));
      answer = AnswerFields.one(row, AnswerFields.field(node, asking).orElse("response"));
    }
    give(row, asked, answer, draft);
  }

  /// A summary with scores on several axes, of which the overall one is the quality.
  static void axes(JsonFields row, RowRecords draft) {
    PromptFields asked = PromptFields.of(row, "info", SummaryPrompts.turns(row.object("info")));
    JsonFields summary = row.object("summary");
    String text = AnswerFields.inside(summary);
    Optional<String> model = FieldRole.MODEL.in(summary.node()).map(f -> summary.model(f));
    JsonFields axes = summary.object("axes");
    Optional<String> labeler = row.who(FieldRole.LABELER);
    boolean judged = axes.has("overall");
    int quality = judged ? axes.integer("overall") : 1;
    row.settle();
    if (!judged) {
      draft.note("answers that nobody judged, left out");
      return;
    }
    Output output = new Output(text, model.orElse(Output.UNKNOWN));
    draft.rating(draft.prompt(asked), output, quality, labeler);
  }

  /// Adds the rating of a row's answer.
  static void give(JsonFields row, PromptFields asked, String answer, RowRecords draft) {
    JsonNode node = row.node();
    Optional<String> verdict = verdict(node);
    Optional<Integer> quality =
        verdict.map(field -> quality(row, field, node.path(field), draft.evidence()));
    Optional<String> model = FieldRole.MODEL.in(node).map(field -> row.model(field));
    Optional<String> labeler = row.who(FieldRole.LABELER).or(asked::user);
    boolean ended = RankedOutputs.ended(row);
    row.settle();
    if (quality.isEmpty()) {
      draft.note("answers that nobody judged, left out");
      return;
    }
    Output output = new Output(answer, model.orElse(Output.UNKNOWN), ended);
    draft.rating(draft.prompt(asked), output, quality.get(), labeler);
  }

  static int quality(JsonFields row, String field, JsonNode value, ScaleEvidence evidence) {
    row.take(field);
    OptionalDouble number = JsonValues.numeric(value);
    String name = FieldRole.plain(field);
    if (number.isEmpty()) {
      boolean good =
          value.isBoolean()
              ? value.booleanValue()
              : GOOD.contains(FieldRole.plain(value.asText()))
                  || value.asText().contains("\uD83D\uDC4D");
      return good == INVERTED.contains(name) ? 1 : 7;
    }
    double given = number.getAsDouble();
    Optional<double[]> scale = scale(name, evidence.range(field), given);
    if (scale.isEmpty()) {
      row.fault(
          field,
          "numbers that show their scale, such as 0 and 1, -1 and 1, or 1 to 5 (if 1 is good and 0"
              + " bad: --map thumbs="
              + field
              + "; if 5 is the best: --map stars="
              + field
              + ")",
          ScaleEvidence.plain(given) + " alone, which may be the best or the worst");
      return 1;
    }
    double least = scale.get()[0];
    double most = scale.get()[1];
    if (given < least || given > most) {
      row.fault(
          field,
          "a number from "
              + ScaleEvidence.plain(least)
              + " to "
              + ScaleEvidence.plain(most)
              + " as in the first rows",
          ScaleEvidence.plain(given));
      return 1;
    }
    row.note(
        field
            + " from "
            + ScaleEvidence.plain(least)
            + " to "
            + ScaleEvidence.plain(most)
            + " read as quality from 1 to 7");
    double share = (given - least) / (most - least);
    return (int) (1 + Math.round(6 * (INVERTED.contains(name) ? 1 - share : share)));
  }

  /// The lowest and highest value of a scale, if they are known.
  private static Optional<double[]> scale(String name, ScaleEvidence.Range seen, double given) {
    double least = seen.distinct() == 0 ? given : seen.least();
    double most = seen.distinct() == 0 ? given : seen.most();
    if (least < 0) {
      double end = Math.max(Math.abs(least), Math.abs(most));
      return Optional.of(new double[] {-end, end});
    }
    if (YES_OR_NO.contains(name)) {
      return Optional.of(new double[] {0, 1});
    }
    if (name.equals("helpfulness") && most <= 4) {
      return Optional.of(new double[] {0, 4});
    }
    if (name.equals("quality") && least >= 1 && most <= 7) {
      return Optional.of(new double[] {1, 7});
    }
    if (name.equals("overall") && least >= 1 && most <= 7) {
      return Optional.of(new double[] {1, 7});
    }
    if (name.equals("stars") && most <= 5) {
      return Optional.of(new double[] {least == 0 ? 0 : 1, 5});
    }
    if (most <= 1) {
      boolean both = least == 0 && most == 1;
      return both || !seen.whole() ? Optional.of(new double[] {0, 1}) : Optional.empty();
    }
    for (double end : new double[] {5, 7, 10, 100}) {
      if (most <= end) {
        return Optional.of(new double[] {least == 0 || end == 100 ? 0 : 1, end});
      }
    }
    return Optional.empty();
  }
}
