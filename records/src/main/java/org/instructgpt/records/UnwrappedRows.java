package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Finds the rows inside a value that is not a row itself: `{"data": [...]}`, an array of rows on a
/// line, a table by columns as pandas writes it, an array of turns.
final class UnwrappedRows {
  private static final Set<String> WRAPPERS =
      Set.of(
          "data",
          "rows",
          "train",
          "validation",
          "test",
          "instances",
          "examples",
          "records",
          "items",
          "samples",
          "dataset",
          "results",
          "entries");

  /// The beginning of a file such as `{"version": 1, "data": [`.
  private static final Pattern START =
      Pattern.compile(
          "\\{\\s*(?:\"[^\"]*\"\\s*:\\s*(?:\"[^\"]*\"|[^\\s\"\\[{,]+)\\s*,\\s*)*\"("
              + String.join("|", WRAPPERS)
              + ")\"\\s*:\\s*\\[\\s*\\{.*",
          Pattern.DOTALL);

  private UnwrappedRows() {}

  static boolean isStart(String text) {
    return START.matcher(text.substring(0, Math.min(text.length(), 4000))).matches();
  }

  /// Whether an array of this name, after the fields `before` it, may contain the rows.
  static boolean mayWrap(String name, JsonNode before) {
    return WRAPPERS.contains(name)
        && PromptFields.field(before).isEmpty()
        && !before.has("Definition")
        && !before.has("annotations");
  }

  /// Whether a value is only a turn of a conversation.
  static boolean isTurn(JsonNode value) {
    return ChatMessages.isMessage(value)
        && (value.has("content") || value.has("value"))
        && !MessageThreads.isMessage(value);
  }

  static boolean visit(long line, String place, JsonNode value, RowVisitor visitor) {
    List<JsonNode> rows = rows(value);
    if (rows.size() == 1) {
      return visitor.row(line, place, rows.getFirst());
    }
    boolean wanted = true;
    for (int i = 0; i < rows.size() && wanted; i++) {
      wanted = visitor.row(line, place + "[" + i + "]", rows.get(i));
    }
    return wanted;
  }

  private static List<JsonNode> rows(JsonNode value) {
    if (value.isArray() && !value.isEmpty()) {
      if (isTurn(value.path(0))) {
        return List.of(RowJson.MAPPER.createObjectNode().set("messages", value));
      }
      return value.path(0).isObject() ? elements(value) : List.of(value);
    }
    if (!value.isObject() || !isWrapping(value)) {
      return List.of(value);
    }
    if (FormatDetection.of(value).isPresent() && columns(value).isEmpty()) {
      return List.of(value);
    }
    List<JsonNode> wrapped = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      boolean rows = field.getValue().isArray() && field.getValue().path(0).isObject();
      if (rows && WRAPPERS.contains(field.getKey())) {
        wrapped.addAll(elements(field.getValue()));
      }
    }
    if (!wrapped.isEmpty()) {
      return wrapped;
    }
    if (value.path("row").isObject()) { // the data viewer of Hugging Face
      return List.of(value.path("row"));
    }
    List<JsonNode> columns = columns(value);
    return columns.isEmpty() ? List.of(value) : columns;
  }

  /// Whether an object may be a wrapper of rows; a quick check, because nearly all objects are
  /// rows.
  private static boolean isWrapping(JsonNode value) {
    boolean containers = value.size() > 1;
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      boolean container = field.getValue().isContainerNode();
      containers &= container;
      if (container && (WRAPPERS.contains(field.getKey()) || field.getKey().equals("row"))) {
        return true;
      }
    }
    return containers;
  }

  private static List<JsonNode> elements(JsonNode array) {
    List<JsonNode> rows = new ArrayList<>();
    array.forEach(
        element -> rows.add(element.path("row").isObject() ? element.path("row") : element));
    return rows;
  }

  /// A table by columns: `{"prompt": {"0": ..., "1": ...}}`, `{"prompt": [...]}`, or `columns` and
  /// `data`.
  private static List<JsonNode> columns(JsonNode value) {
    List<JsonNode> rows = new ArrayList<>();
    if (value.path("columns").isArray() && value.path("data").path(0).isArray()) {
      for (JsonNode cells : value.path("data")) {
        ObjectNode row = RowJson.MAPPER.createObjectNode();
        for (int i = 0; i < cells.size(); i++) {
          row.set(value.path("columns").path(i).asText(), cells.get(i));
        }
        rows.add(row);
      }
      return rows;
    }
    if (!value.isObject() || value.size() < 2 || !isTable(value)) {
      return rows;
    }
    JsonNode first = value.properties().iterator().next().getValue();
    List<String> keys = new ArrayList<>();
    first.fieldNames().forEachRemaining(keys::add);
    for (int i = 0; i < first.size(); i++) {
      ObjectNode row = RowJson.MAPPER.createObjectNode();
      for (Map.Entry<String, JsonNode> column : value.properties()) {
        JsonNode cells = column.getValue();
        row.set(column.getKey(), cells.isArray() ? cells.path(i) : cells.path(keys.get(i)));
      }
      rows.add(row);
    }
    return rows;
  }

  private static boolean isTable(JsonNode value) {
    JsonNode first = value.properties().iterator().next().getValue();
    boolean lists = first.isArray();
    for (Map.Entry<String, JsonNode> column : value.properties()) {
      JsonNode cells = column.getValue();
      boolean same = cells.getNodeType() == first.getNodeType() && cells.size() == first.size();
      boolean numbered = lists || cells.has("0");
      if (!same || cells.isEmpty() || !numbered || lists && !isColumn(column.getKey(), cells)) {
        return false;
      }
    }
    return first.isContainerNode();
  }

  /// Whether a list can only be a column and not a list inside a row.
  private static boolean isColumn(String name, JsonNode cells) {
    boolean texts = cells.path(0).isTextual();
    boolean answers = FieldRole.RESPONSE.isCalled(name) || FieldRole.CHOSEN.isCalled(name);
    return cells.path(0).isValueNode() && (texts || !FieldRole.PROMPT.isCalled(name) && !answers);
  }
}
