package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Converts exports of labeling tools and chat front ends to plain rows, one for each judgement:
/// the task's fields with `winner`, `order`, `rating` or `response` and `labeler`.
final class ToolExports {
  private ToolExports() {}

  static boolean isLabelStudio(JsonNode row) {
    return row.path("data").isObject() && row.path("annotations").isArray();
  }

  /// A row for each result of each annotation that was not cancelled.
  static List<JsonFields> labelStudio(JsonFields row) {
    JsonNode data = task(row, "data");
    List<JsonFields> rows = new ArrayList<>();
    for (JsonNode annotation : row.take("annotations")) {
      if (annotation.path("was_cancelled").asBoolean(false)) {
        row.note("annotations that were cancelled, left out");
        continue;
      }
      JsonNode by = annotation.path("completed_by");
      JsonNode who = by.isObject() ? by.path("id") : by;
      for (JsonNode result : annotation.path("result")) {
        ObjectNode plain = data.deepCopy();
        if (!JsonValues.absent(who)) {
          plain.set("labeler", who);
        }
        if (judge(plain, data, result)) {
          rows.add(JsonFields.of(plain));
        } else {
          row.note("results of the type " + result.path("type").asText("unknown") + ", not read");
        }
      }
    }
    return rows;
  }

  /// The task that was judged; an object, or a fault.
  private static JsonNode task(JsonFields row, String field) {
    JsonNode task = row.take(field);
    if (!task.isObject()) {
      row.fault(field, "an object", JsonValues.found(task));
    }
    return task.isObject() ? task : RecordJson.MAPPER.createObjectNode();
  }

  private static boolean judge(ObjectNode plain, JsonNode data, JsonNode result) {
    JsonNode value = result.path("value");
    switch (result.path("type").asText()) {
      case "pairwise" -> plain.set("winner", value.path("selected"));
      case "ranker" -> {
        return order(plain, data, value.path("ranker"));
      }
      case "rating" -> plain.set("stars", value.path("rating"));
      case "number" -> plain.set("rating", value.path("number"));
      case "textarea" -> plain.set("response", value.path("text"));
      case "choices" ->
          plain.set(
              AnswerColumns.in(data).isEmpty() ? "label" : "winner", value.path("choices").path(0));
      default -> {
        return false;
      }
    }
    return true;
  }

  /// Adds the order of `items`, whose ids are in the first (best) of the ranker's lists.
  private static boolean order(ObjectNode plain, JsonNode data, JsonNode ranker) {
    JsonNode order = ranker.isArray() ? ranker : ranker.path("rank");
    if (!order.isArray()) {
      order = ranker.properties().stream().findFirst().map(Map.Entry::getValue).orElse(ranker);
    }
    for (Map.Entry<String, JsonNode> field : data.properties()) {
      if (field.getValue().path(0).has("id")) {
        List<String> ids = new ArrayList<>();
        plain.remove(field.getKey());
        plain.putArray("completions");
        for (JsonNode item : field.getValue()) {
          ids.add(item.path("id").asText());
          plain.withArray("completions").add(text(item));
        }
        plain.putArray("order");
        order.forEach(id -> plain.withArray("order").add(ids.indexOf(id.asText())));
        return true;
      }
    }
    return false;
  }

  private static JsonNode text(JsonNode item) {
    for (String name : List.of("body", "html", "text", "value", "content")) {
      if (item.has(name)) {
        return item.path(name);
      }
    }
    return item.path(AnswerFields.textField(item).orElse("text"));
  }

  static boolean isArgilla(JsonNode row) {
    return row.path("fields").isObject()
        && (row.path("responses").isContainerNode() || row.path("annotations").isContainerNode());
  }

  /// A row for each answer of each person.
  static List<JsonFields> argilla(JsonFields row) {
    JsonNode fields = task(row, "fields");
    JsonNode responses = row.take(row.has("responses") ? "responses" : "annotations");
    Map<String, Map<String, JsonNode>> people = new LinkedHashMap<>();
    if (responses.isArray()) {
      for (JsonNode response : responses) {
        String who = response.path("user_id").asText("");
        if (!response.path("status").asText("submitted").equals("submitted")) {
          row.note("answers that were not submitted, left out");
          continue;
        }
        response
            .path("values")
            .properties()
            .forEach(answer ->
                people
                    .computeIfAbsent(who, _ -> new HashMap<>())
                    .put(answer.getKey(), answer.getValue().path("value")));
      }
    }
    if (responses.isObject()) {
      for (Map.Entry<String, JsonNode> question : responses.properties()) {
        for (JsonNode answer : question.getValue()) {
          people
              .computeIfAbsent(answer.path("user_id").asText(""), _ -> new HashMap<>())
              .put(question.getKey(), answer.path("value"));
        }
      }
    }
    List<JsonFields> rows = new ArrayList<>();
    people.forEach((who, said) ->
        said.forEach((question, value) -> {
          ObjectNode plain = fields.deepCopy();
          if (!who.isEmpty() && !who.equals("null")) {
            plain.put("labeler", who);
          }
          if (answered(plain, fields, question, value)) {
            rows.add(JsonFields.of(plain));
          } else {
            row.note("answers to the question " + question + ", not read");
          }
        }));
    return rows;
  }

  private static boolean answered(
      ObjectNode plain, JsonNode fields, String question, JsonNode value) {
    AnswerColumns candidates = AnswerColumns.in(fields);
    if (value.isArray() && value.path(0).has("rank")) {
      Map<String, JsonNode> ranks = new HashMap<>();
      value.forEach(
          place -> ranks.put(FieldRole.plain(place.path("value").asText()), place.path("rank")));
      plain.putArray("completions");
      plain.putArray("ranks");
      for (AnswerColumns.Candidate candidate : candidates.all()) {
        plain.remove(candidate.field());
        plain.withArray("completions").add(fields.path(candidate.field()));
        plain.withArray("ranks").add(ranks.get(FieldRole.plain(candidate.field())));
      }
      return !candidates.isEmpty();
    }
    boolean plainValue = value.isValueNode() && !JsonValues.absent(value);
    if (!candidates.isEmpty()) {
      plain.set("winner", value);
      return plainValue;
    }
    boolean answer = AnswerFields.field(fields, PromptFields.field(fields)).isPresent();
    plain.set(answer ? "rating" : "response", value);
    return plainValue
        && (!answer || RatingFormats.verdict(plain).isPresent())
        && !question.isEmpty();
  }

  static boolean isOpenWebUi(JsonNode row) {
    return row.path("data").has("rating") && row.path("snapshot").isObject();
  }

  /// The conversation up to the judged message, and its thumb.
  static List<JsonFields> openWebUi(JsonFields row) {
    JsonNode data = row.take("data");
    JsonNode meta = row.take("meta");
    JsonNode messages =
        row.take("snapshot").path("chat").path("chat").path("history").path("messages");
    ObjectNode plain = RecordJson.MAPPER.createObjectNode();
    row.take("type");
    Optional.of(row.take("user_id"))
        .filter(id -> !JsonValues.absent(id))
        .ifPresent(id -> plain.set("user", id));
    Optional.of(data.path("model_id"))
        .filter(id -> !JsonValues.absent(id))
        .ifPresent(id -> plain.set("model", id));
    List<JsonNode> path = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    String id = meta.path("message_id").asText("");
    while (messages.has(id) && seen.add(id)) {
      path.addFirst(messages.path(id));
      id = messages.path(id).path("parentId").asText("");
    }
    if (path.isEmpty()) {
      row.fault("snapshot", "the message that meta.message_id names", "none");
    }
    plain.putArray("messages");
    for (JsonNode message : path) {
      ObjectNode turn = plain.withArray("messages").addObject();
      turn.set("role", message.path("role"));
      turn.set("content", message.path("content"));
    }
    double rating = JsonValues.numeric(data.path("rating")).orElse(0);
    if (rating == 0) {
      row.note("answers that nobody judged, left out");
      return List.of();
    }
    plain.put("thumbs", rating > 0);
    return List.of(JsonFields.of(plain));
  }

  /// A demonstration for each instance, by its first output.
  static List<JsonFields> superNi(JsonFields row) {
    JsonNode definition = row.take("Definition");
    JsonNode task = definition.isArray() ? definition.path(0) : definition;
    List<JsonFields> rows = new ArrayList<>();
    for (JsonNode instance : row.take("Instances")) {
      ObjectNode plain = RecordJson.MAPPER.createObjectNode();
      plain.set("instruction", task);
      plain.set("input", instance.path("input"));
      plain.set("output", instance.path("output"));
      rows.add(JsonFields.of(plain));
    }
    return rows;
  }
}
