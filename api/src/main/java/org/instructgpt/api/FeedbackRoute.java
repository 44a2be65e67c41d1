package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.instructgpt.api.AnswerStore.AnswerId;
import org.instructgpt.api.AnswerStore.Opinion;
import org.instructgpt.files.Json;

/// `/v1/feedback`: what a client says of answers that were kept.
record FeedbackRoute(AnswerStore store) {
  private static final int LONGEST_TEXT = 20_000;
  private static final int LONGEST_NOTE = 2000;
  private static final int FEWEST_ANSWERS = 2;
  private static final int MOST_ANSWERS = 9;

  void take(ApiExchange exchange) throws IOException {
    var opinion = opinion(exchange.body());
    var keeping =
        exchange
            .client()
            .keeping()
            .orElseThrow(() -> ApiRefusal.nothingKept("what this key asks is not kept"));
    switch (store.take(keeping, opinion)) {
      case KEPT -> exchange.answer(Json.LENIENT.createObjectNode().put("object", "feedback"));
      case UNKNOWN -> throw ApiRefusal.nothingKept("no such answer to this key was kept");
      case OTHER_PROMPTS ->
          throw ApiRefusal.invalid("answers", "expected answers to one prompt, found several");
      case SAME_TEXT ->
          throw ApiRefusal.invalid("text", "expected a better answer, found the one that is there");
    }
  }

  private static Opinion opinion(RequestFields body) {
    long kinds = List.of("rating", "text", "ranks").stream().filter(f -> has(body, f)).count();
    if (kinds != 1) {
      throw ApiRefusal.invalid(
          "", "expected one of rating, text and ranks, found %d of them".formatted(kinds));
    }
    if (has(body, "ranks")) {
      return ranked(body);
    }
    var answer = answer(body);
    if (has(body, "text")) {
      return new Opinion.Rewritten(answer, text(body, "text", LONGEST_TEXT));
    }
    int verdict =
        switch (body.text("rating").orElse("")) {
          case "up" -> 1;
          case "down" -> -1;
          case "none" -> 0;
          default -> throw body.wrong("rating", "one of up, down and none");
        };
    var note = body.text("note").map(_ -> text(body, "note", LONGEST_NOTE));
    return new Opinion.Thumb(answer, verdict, note);
  }

  private static boolean has(RequestFields body, String field) {
    return body.get(field).isPresent();
  }

  private static String text(RequestFields body, String field, int most) {
    var text = body.text(field).orElse("");
    if (text.isBlank() || text.length() > most) {
      throw body.wrong(field, "a text of 1 to %d characters".formatted(most));
    }
    return text;
  }

  private static AnswerId answer(RequestFields fields) {
    var id = fields.text("id").orElseThrow(() -> fields.wrong("id", "the id of a completion"));
    return new AnswerId(id, fields.whole("index", 0, Integer.MAX_VALUE).orElse(0));
  }

  private static Opinion ranked(RequestFields body) {
    var answers = body.objects("answers").stream().map(FeedbackRoute::answer).toList();
    if (answers.size() < FEWEST_ANSWERS || answers.size() > MOST_ANSWERS) {
      throw ApiRefusal.invalid(
          "answers",
          "expected %d to %d answers, found %d"
              .formatted(FEWEST_ANSWERS, MOST_ANSWERS, answers.size()));
    }
    if (answers.stream().distinct().count() < answers.size()) {
      throw ApiRefusal.invalid("answers", "expected different answers, found one twice");
    }
    return new Opinion.Ranked(answers, ranks(body, answers.size()));
  }

  private static List<Integer> ranks(RequestFields body, int count) {
    var ranks = new ArrayList<Integer>();
    body.get("ranks").filter(JsonNode::isArray).stream()
        .flatMap(list -> StreamSupport.stream(list.spliterator(), false))
        .filter(rank -> rank.isIntegralNumber() && rank.canConvertToInt())
        .map(JsonNode::intValue)
        .filter(rank -> rank >= 1 && rank <= count)
        .forEach(ranks::add);
    boolean fit = body.get("ranks").map(JsonNode::size).orElse(0) == count && ranks.size() == count;
    if (!fit) {
      throw body.wrong("ranks", "a rank of 1 to %d for each of the answers".formatted(count));
    }
    return ranks;
  }
}
