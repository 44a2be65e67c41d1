package org.instructgpt.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Parses fields of a row whose text is JSON.
///
/// An answer may itself be JSON and must stay text. So a text is parsed only if it is a
/// conversation, or if the prompt and all answers are lists with a text for each turn, as in the
/// Chatbot Arena data; in a table, which cannot hold lists otherwise, also every field that is not
/// an answer.
final class EmbeddedJson {
  private EmbeddedJson() {}

  /// A JSON row with its embedded JSON parsed.
  static JsonNode opened(JsonNode row) {
    return opened(row, false);
  }

  /// A row of a table with the JSON in its cells parsed.
  static JsonNode openedCells(JsonNode row) {
    return opened(row, true);
  }

  private static JsonNode opened(JsonNode row, boolean table) {
    Map<String, JsonNode> lists = new LinkedHashMap<>();
    Map<String, JsonNode> known = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      JsonNode value = read(field.getValue());
      if (!value.isContainerNode()) {
        continue;
      }
      if (UnwrappedRows.isTurn(value.path(0)) || table && mayParse(field.getKey(), value)) {
        known.put(field.getKey(), value);
      }
      if (isTexts(value)) {
        lists.put(field.getKey(), value);
      }
    }
    known.putAll(turnwise(row, lists));
    if (known.isEmpty()) {
      return row;
    }
    ObjectNode opened = row.deepCopy();
    opened.setAll(known);
    return opened;
  }

  /// The lists of the prompt and of the answers, if all are lists of the same length.
  private static Map<String, JsonNode> turnwise(JsonNode row, Map<String, JsonNode> lists) {
    List<String> fields = new ArrayList<>();
    if (!lists.isEmpty()) {
      PromptFields.field(row).ifPresent(fields::add);
      AnswerColumns.in(row).all().forEach(candidate -> fields.add(candidate.field()));
    }
    boolean all =
        fields.size() > 2
            && lists.keySet().containsAll(fields)
            && fields.stream().map(lists::get).mapToInt(JsonNode::size).distinct().count() == 1;
    Map<String, JsonNode> turnwise = new LinkedHashMap<>();
    if (all) {
      fields.forEach(field -> turnwise.put(field, lists.getOrDefault(field, row.path(field))));
    }
    return turnwise;
  }

  /// Whether a cell may be parsed, because it is not an answer that is JSON itself.
  private static boolean mayParse(String name, JsonNode value) {
    boolean answer =
        FieldRole.RESPONSE.isCalled(name)
            || FieldRole.CHOSEN.isCalled(name)
            || FieldRole.REJECTED.isCalled(name);
    return !answer || FieldRole.ANSWERS.isCalled(name) && value.isArray();
  }

  private static boolean isTexts(JsonNode array) {
    boolean texts = array.isArray() && !array.isEmpty();
    for (JsonNode element : array) {
      texts &= element.isTextual() || element.isNull();
    }
    return texts;
  }

  /// The parsed text; a missing node if it is not JSON.
  private static JsonNode read(JsonNode value) {
    String text = value.isTextual() ? value.textValue() : "";
    boolean json =
        text.startsWith("[{")
            || text.startsWith("[\"")
            || text.startsWith("{\"")
            || text.startsWith("[[");
    if (!json) {
      return MissingNode.getInstance();
    }
    try {
      return RowJson.MAPPER.readTree(text);
    } catch (JsonProcessingException plain) {
      return MissingNode.getInstance();
    }
  }
}
