package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The names of fields given by the user with `--map`: `prompt=question,chosen=response_j`. A
/// nested field is named by a path with dots.
final class FieldNames {
  /// Answers in separate fields, and fields about each of them.
  private static final String NUMBERED =
      "(?:response|model|score)_(?:[a-i]|[0-9])|text|thumbs|stars|label";

  private FieldNames() {}

  static Map<String, String> checked(Map<String, String> names) {
    Map<String, String> checked = new LinkedHashMap<>();
    names.forEach((name, field) -> {
      String role = name.strip().toLowerCase(Locale.ROOT);
      Optional<FieldRole> known =
          Arrays.stream(FieldRole.values()).filter(s -> s.word().equals(role)).findFirst();
      if (known.isEmpty() && !role.matches(NUMBERED) || field.isBlank()) {
        throw new IllegalArgumentException(
            "--map: expected one of "
                + FieldRole.words()
                + ", response_a, response_b, model_a, score_a, thumbs, stars with the name of a field of the file"
                + " (--map prompt=question), found \""
                + name
                + "="
                + field
                + "\"");
      }
      checked.put(role, field.strip());
    });
    return Map.copyOf(checked);
  }

  /// The row with its fields renamed to the known names.
  static JsonNode renamed(JsonNode row, Map<String, String> names) {
    if (names.isEmpty() || !row.isObject()) {
      return row;
    }
    ObjectNode known = row.deepCopy();
    names.forEach((_, field) -> known.remove(field));
    names.forEach((role, field) -> {
      JsonNode value = row.has(field) ? row.path(field) : inside(row, field);
      if (!value.isMissingNode()) {
        known.set(role, value);
      }
    });
    return known;
  }

  /// Whether a row has a field, possibly a nested one.
  static boolean isIn(JsonNode row, String field) {
    return row.has(field) || !inside(row, field).isMissingNode();
  }

  private static JsonNode inside(JsonNode row, String path) {
    JsonNode at = row;
    for (String part : path.split("[.]", -1)) {
      boolean place = at.isArray() && part.matches("[0-9]{1,6}");
      at = place ? at.path(Integer.parseInt(part)) : at.path(part);
    }
    return at;
  }
}
