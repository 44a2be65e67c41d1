package org.instructgpt.tasks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;

/// A file of a public task. Whatever is not as published is an error with file and place.
record TaskFile(Path file) {

  /// The whole text; a file whose name ends with `.gz` is unpacked.
  String text() throws IOException {
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          file + ": there is no such file; expected that of a public task");
    }
    return ForeignTexts.readUnpacked(file);
  }

  /// A JSON value.
  Row json() throws IOException {
    try {
      return new Row(Json.STRICT.readTree(text()), file.toString());
    } catch (JsonProcessingException broken) {
      throw wrong(file.toString(), "a JSON value", Json.fault(broken));
    }
  }

  /// A JSON object in each line.
  List<Row> lines() throws IOException {
    var rows = new ArrayList<Row>();
    int number = 0;
    for (var line : text().lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      var where = "%s: line %d".formatted(file, number);
      try {
        rows.add(new Row(Json.STRICT.readTree(line), where));
      } catch (JsonProcessingException broken) {
        throw wrong(where, "a JSON object", Json.fault(broken));
      }
    }
    return some(rows);
  }

  /// The rows of a table with a header, by the header's names.
  ///
  /// @param separator between fields
  /// @param quoted whether fields may stand in quotes
  List<Row> table(char separator, boolean quoted) throws IOException {
    var builder = CsvReader.builder().fieldSeparator(separator);
    if (!quoted) {
      builder.quoteCharacter('\u0001');
    }
    var rows = new ArrayList<Row>();
    try (var records = builder.ofNamedCsvRecord(text())) {
      for (NamedCsvRecord each : records) {
        var row = Json.LENIENT.createObjectNode();
        each.getFieldsAsMap().forEach(row::put);
        rows.add(new Row(row, "%s: line %d".formatted(file, each.getStartingLineNumber())));
      }
    } catch (CsvParseException broken) {
      throw wrong(file.toString(), "a table with a header", String.valueOf(broken.getMessage()));
    }
    return some(rows);
  }

  private List<Row> some(List<Row> rows) {
    if (rows.isEmpty()) {
      throw wrong(file.toString(), "rows", "none");
    }
    return rows;
  }

  static IllegalArgumentException wrong(String where, String expected, String found) {
    return new IllegalArgumentException(
        "%s: expected %s, found %s".formatted(where, expected, found));
  }

  /// A value of a file and where it stands.
  record Row(JsonNode json, String where) {
    /// A field that must be there.
    Row at(String field) {
      if (!(json instanceof ObjectNode) || !json.hasNonNull(field)) {
        throw wrong(
            where,
            "the field '%s'".formatted(field),
            json instanceof ObjectNode ? String.join(", ", names()) : "no object");
      }
      return new Row(json.get(field), where + ": " + field);
    }

    private List<String> names() {
      var names = new ArrayList<String>();
      json.fieldNames().forEachRemaining(names::add);
      return names;
    }

    boolean has(String field) {
      return json.hasNonNull(field);
    }

    String text() {
      if (!json.isTextual() && !json.isNumber()) {
        throw wrong(where, "a text", json.toString());
      }
      return json.asText();
    }

    String text(String field) {
      return at(field).text();
    }

    /// The elements of a list.
    List<Row> all() {
      if (!json.isArray()) {
        throw wrong(where, "a list", json.getNodeType().toString());
      }
      var rows = new ArrayList<Row>();
      for (int i = 0; i < json.size(); i++) {
        rows.add(new Row(json.get(i), "%s[%d]".formatted(where, i)));
      }
      return rows;
    }

    List<Row> all(String field) {
      return at(field).all();
    }

    /// A number of some that are allowed.
    int choice(String field, int count) {
      var value = at(field);
      int number = value.json.asInt(-1);
      if (number < 0 || number >= count) {
        throw wrong(value.where, "0 to " + (count - 1), value.json.toString());
      }
      return number;
    }
  }
}
