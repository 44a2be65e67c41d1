package org.instructgpt.studio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.instructgpt.files.Json;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// The pages of the workspace's reports. An HTML report is shown in a sandboxed frame, a JSON
/// report as tables.
///
/// @param folder of the reports
record ReportPages(Path folder) {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}\\.(html|json)");
  private static final ObjectMapper JSON = Json.LENIENT;

  /// A report in the list.
  record Entry(String file, boolean page, long bytes, Instant written) {
    String name() {
      return file.substring(0, file.lastIndexOf('.'));
    }
  }

  void list(Exchange exchange) throws IOException {
    exchange.page("reports.title", "reports", Map.of("entries", entries()));
  }

  void one(Exchange exchange) throws IOException {
    var file = file(exchange);
    if (file.toString().endsWith(".html")) {
      exchange.page("reports.title", "report", Map.of("file", exchange.path("file")));
      return;
    }
    var json = json(file);
    exchange.page(
        "reports.title", "figures", Map.of("file", exchange.path("file"), "node", new Node(json)));
  }

  /// The report itself, for the frame.
  void document(Exchange exchange) throws IOException {
    exchange.document(Files.readString(page(exchange)));
  }

  void download(Exchange exchange) throws IOException {
    var file = file(exchange);
    var type = file.toString().endsWith(".html") ? "text/html" : "application/json";
    exchange.download(
        exchange.path("file"), type + "; charset=utf-8", out -> Files.copy(file, out));
  }

  private List<Entry> entries() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> NAME.matcher(String.valueOf(file.getFileName())).matches())
          .map(ReportPages::entry)
          .sorted(Comparator.comparing((Entry each) -> !each.page()).thenComparing(Entry::file))
          .toList();
    }
  }

  private static Entry entry(Path file) {
    var name = String.valueOf(file.getFileName());
    var attributes = file.toFile(); // gives 0 when the file was removed meanwhile
    return new Entry(
        name,
        name.endsWith(".html"),
        attributes.length(),
        Instant.ofEpochMilli(attributes.lastModified()));
  }

  private Path page(Exchange exchange) {
    var file = file(exchange);
    if (!file.toString().endsWith(".html")) {
      throw ApiError.missing();
    }
    return file;
  }

  private Path file(Exchange exchange) {
    var name = exchange.path("file");
    if (!NAME.matcher(name).matches() || !Files.isRegularFile(folder.resolve(name))) {
      throw ApiError.missing();
    }
    return folder.resolve(name);
  }

  private static JsonNode json(Path file) throws IOException {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException _) {
      return JSON.createObjectNode().put("problem", "this file is not JSON");
    }
  }

  /// JSON as the page shows it: a list of objects with few fields is a table.
  record Node(JsonNode json) {
    boolean isTable() {
      return json.isArray()
          && !json.isEmpty()
          && rows().stream().allMatch(JsonNode::isObject)
          && columns().size() <= 12
          && rows().stream()
              .allMatch(row ->
                  row.properties().stream()
                      .noneMatch(
                          cell -> cell.getValue().isContainerNode() && !isShort(cell.getValue())));
    }

    boolean isLeaf() {
      return !json.isContainerNode() || isShort(json);
    }

    boolean isList() {
      return json.isArray();
    }

    boolean isEmpty() {
      return json.isEmpty();
    }

    /// Whether it is an estimate with its interval, `{"value", "low", "high"}`, or a list of a few
    /// numbers.
    private static boolean isShort(JsonNode json) {
      if (json.isObject()) {
        return json.has("value") && json.has("low") && json.has("high") && json.size() == 3;
      }
      return json.isArray() && json.size() <= 8 && json.valueStream().allMatch(JsonNode::isNumber);
    }

    String text() {
      if (json.isObject()) {
        return "%s (%s to %s)"
            .formatted(
                number(json.path("value")), number(json.path("low")), number(json.path("high")));
      }
      if (json.isArray()) {
        return String.join(", ", json.valueStream().map(Node::number).toList());
      }
      return json.isNumber() ? number(json) : json.isNull() ? "–" : json.asText();
    }

    boolean isNumber() {
      return json.isNumber() || isShort(json);
    }

    private static String number(JsonNode json) {
      return json.isNumber() ? PageNumbers.digits(json.asDouble()) : json.asText();
    }

    List<Map.Entry<String, Node>> fields() {
      return json.properties().stream()
          .map(field -> Map.entry(field.getKey(), new Node(field.getValue())))
          .toList();
    }

    List<Node> items() {
      return json.valueStream().limit(200).map(Node::new).toList();
    }

    int size() {
      return json.size();
    }

    private List<JsonNode> rows() {
      return json.valueStream().toList();
    }

    List<String> columns() {
      return json.valueStream()
          .flatMap(row -> row.properties().stream().map(Map.Entry::getKey))
          .distinct()
          .toList();
    }

    /// Whether a column holds numbers.
    boolean isNumber(String column) {
      return json.valueStream().limit(1).anyMatch(row -> new Node(row.path(column)).isNumber());
    }

    Node cell(String column) {
      return new Node(json.path(column));
    }
  }
}
