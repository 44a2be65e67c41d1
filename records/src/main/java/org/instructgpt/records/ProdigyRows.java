package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/// Converts exports of the labeling tool Prodigy to plain rows. Its field `answer` says whether the
/// person accepted, rejected or ignored the row; it is not an answer to a prompt.
final class ProdigyRows {
  private static final Set<String> ANSWERS = Set.of("accept", "reject", "ignore");

  private ProdigyRows() {}

  static boolean isOne(JsonNode row) {
    return ANSWERS.contains(row.path("answer").asText())
        && (row.has("_input_hash")
            || row.has("_task_hash")
            || row.has("_session_id")
            || row.has("_annotator_id")
            || row.path("accept").isArray());
  }

  static List<JsonFields> read(JsonFields row) {
    if (!(row.node() instanceof ObjectNode task)) {
      return List.of(); // The fault is noted.
    }
    String answer = row.take("answer").asText();
    if (answer.equals("ignore")) {
      row.note("rows that were passed over (answer: ignore), left out");
      return List.of();
    }
    boolean choice = row.node().path("options").isArray() && row.node().path("accept").isArray();
    if (choice && answer.equals("reject")) {
      row.note("choices that were rejected, left out");
      return List.of();
    }
    ObjectNode plain = task.deepCopy();
    task.fieldNames().forEachRemaining(row::take);
    plain.remove("answer");
    who(plain, "_annotator_id", "_session_id");
    if (choice) {
      choice(plain, row.node());
    } else {
      plain.put("thumbs", answer.equals("accept"));
    }
    return List.of(JsonFields.of(plain));
  }

  private static void who(ObjectNode plain, String... names) {
    for (String name : names) {
      JsonNode who = plain.remove(name);
      if (who != null && !who.asText("").isEmpty() && !plain.has("labeler")) {
        plain.set("labeler", who);
      }
    }
  }

  /// The options as completions, the accepted ones before the others.
  private static void choice(ObjectNode plain, JsonNode row) {
    plain.remove(List.of("options", "accept", "accepted"));
    for (JsonNode option : row.path("options")) {
      boolean accepted = false;
      for (JsonNode id : row.path("accept")) {
        accepted |= id.asText().equals(option.path("id").asText());
      }
      plain.withArray("completions").add(option.path("text"));
      plain.withArray("ranks").add(accepted || row.path("accept").isEmpty() ? 1 : 2);
    }
    if (!plain.has("prompt") && plain.path("text").isTextual()) {
      plain.set("prompt", plain.remove("text"));
    }
  }
}
