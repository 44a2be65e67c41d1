package org.instructgpt.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Values that lie in a row as the text of their JSON.
///
/// An answer may be JSON itself, which it must stay. So a text is opened only where it holds a
/// conversation, or where the prompt and all answers are lists with a text for each turn, as in the
/// battles of the chatbot arena; in a table, which has no other way to hold a list, also wherever
/// no answer is.
final class EmbeddedJson {
  private EmbeddedJson() {}

  /// A row of JSON with what is packed in it opened.
  static JsonNode opened(JsonNode row) {
    return opened(row, false);
  }

  /// A row of a table with what is packed in its cells opened.
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
      if (UnwrappedRows.isTurn(value.path(0)) || table && isCell(field.getKey(), value)) {
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

  /// The lists of the prompt and of the answers, if all of these are lists of one length.
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

  /// Whether what a cell holds is no answer that is JSON itself.
  private static boolean isCell(String name, JsonNode value) {
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

  /// The JSON that a text is; missing where it is none.
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
