package org.instructgpt.records;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdIOException;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipException;

/// Reads rows in JSON: one value per line, an array of rows, or consecutive values that span lines.
///
/// In JSON lines a malformed line is skipped alone; a malformed array ends the reading.
final class JsonRows {
  /// For one value of several: the mapper itself would take the rest of the file for trailing
  /// tokens.
  private static final ObjectReader ONE_OF_MANY =
      RowJson.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonRows() {}

  /// Whether the beginning of a file is JSON lines, so that its first line is a row.
  static boolean isLines(byte[] head) {
    String text = new String(head, StandardCharsets.UTF_8).stripLeading();
    if (text.isEmpty() || "{[".indexOf(text.charAt(0)) < 0) {
      return true;
    }
    int end = text.indexOf('\n');
    String rest = end < 0 ? "" : text.substring(end).stripLeading();
    if (end < 0 && head.length >= 1 << 16) {
      return text.charAt(0) == '{' && !UnwrappedRows.isStart(text);
    }
    try {
      var _ = RowJson.MAPPER.readTree(end < 0 ? text : text.substring(0, end));
      return text.charAt(0) == '{' || !rest.isEmpty() && "{[".indexOf(rest.charAt(0)) >= 0;
    } catch (JsonProcessingException broken) {
      return text.charAt(0) == '{' && (isBroken(text) || isRow(rest));
    }
  }

  /// Whether none of the first lines can be JSON.
  static boolean isProse(byte[] head) {
    String text = new String(head, StandardCharsets.UTF_8);
    return !text.isBlank()
        && text.lines()
            .map(String::strip)
            .noneMatch(line -> line.matches("[{\\[\"].*|-?[0-9.]+,?|null|true|false"));
  }

  /// Whether even all of these lines together are malformed.
  private static boolean isBroken(String text) {
    try (JsonParser parser = RowJson.MAPPER.createParser(text)) {
      var _ = ONE_OF_MANY.readTree(parser);
      return false;
    } catch (com.fasterxml.jackson.core.io.JsonEOFException breaksOff) {
      return false;
    } catch (IOException broken) {
      return true;
    }
  }

  /// Whether the next line is a row, so that the first was a malformed row.
  private static boolean isRow(String rest) {
    int end = rest.indexOf('\n');
    try {
      return rest.startsWith("{")
          && RowJson.MAPPER.readTree(end < 0 ? rest : rest.substring(0, end)).isObject();
    } catch (JsonProcessingException broken) {
      return false;
    }
  }

  static void readLines(InputStream bytes, RowVisitor visitor) throws IOException {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(1 << 12);
    long line = 0;
    boolean more = true;
    boolean wanted = true;
    while (more && wanted) {
      line++;
      buffer.reset();
      try {
        more = readLine(bytes, buffer);
      } catch (EOFException | ZipException | ZstdIOException broken) {
        String kind = broken instanceof ZstdIOException ? "zstd" : "gzip";
        visitor.unreadable(line, "a whole " + kind + " file", "one that breaks off here");
        return;
      }
      wanted =
          buffer.size() > RowJson.LONGEST
              ? visitor.unreadable(
                  line, "a line of at most " + RowJson.LONGEST + " bytes", "a longer one")
              : readRow(line, buffer.toByteArray(), visitor);
    }
  }

  /// Reads a line, keeping at most one byte above the limit; false at the end of the file.
  private static boolean readLine(InputStream bytes, ByteArrayOutputStream buffer)
      throws IOException {
    for (int b = bytes.read(); b >= 0; b = bytes.read()) {
      if (b == '\n') {
        return true;
      }
      if (buffer.size() <= RowJson.LONGEST) {
        buffer.write(b);
      }
    }
    return false;
  }

  private static boolean readRow(long line, byte[] bytes, RowVisitor visitor) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      return visitor.unreadable(line, "UTF-8", "bytes that are not");
    }
    if (text.isBlank()) {
      return true;
    }
    try {
      return UnwrappedRows.visit(line, "", RowJson.MAPPER.readTree(text), visitor);
    } catch (JsonProcessingException broken) {
      if (text.stripTrailing().endsWith(",") && isWhole(text)) {
        return visitor.unreadable(
            line,
            "one JSON object a line",
            "objects with commas between: wrap them in [ ], or drop the commas");
      }
      return visitor.unreadable(line, "one JSON value", JsonFault.describe(broken, text));
    }
  }

  private static boolean isWhole(String text) {
    try {
      return RowJson.MAPPER.readTree(text.substring(0, text.lastIndexOf(','))).isContainerNode();
    } catch (JsonProcessingException broken) {
      return false;
    }
  }

  static void readSequence(InputStream bytes, RowVisitor visitor) throws IOException {
    try (JsonParser parser = RowJson.MAPPER.createParser(bytes)) {
      long index = 0;
      boolean wanted = true;
      for (JsonToken token = parser.nextToken();
          token != null && wanted;
          token = parser.nextToken()) {
        long line = parser.currentTokenLocation().getLineNr();
        if (token == JsonToken.START_ARRAY) {
          wanted = array(parser, visitor);
          JsonToken next = wanted ? parser.nextToken() : null;
          while (next == JsonToken.START_ARRAY) {
            wanted = array(parser, visitor);
            next = parser.nextToken();
          }
          if (next != null) {
            visitor.unreadable(
                parser.currentTokenLocation().getLineNr(),
                "the end of the file",
                "more after the ]");
          }
          return;
        }
        wanted =
            token == JsonToken.START_OBJECT && index == 0
                ? object(parser, line, visitor)
                : UnwrappedRows.visit(
                    line, "[" + index + "]", ONE_OF_MANY.readTree(parser), visitor);
        index++;
      }
    } catch (JsonProcessingException broken) {
      int line = broken.getLocation() == null ? 1 : broken.getLocation().getLineNr();
      visitor.unreadable(line, "JSON up to the end of the file", JsonFault.describe(broken, ""));
    } catch (EOFException | ZipException | CharConversionException broken) {
      visitor.unreadable(1, "a whole file of UTF-8", "one that breaks off or is not");
    }
  }

  /// Reads the current array: rows, or the turns of a single conversation.
  private static boolean array(JsonParser parser, RowVisitor visitor) throws IOException {
    long index = 0;
    long start = parser.currentTokenLocation().getLineNr();
    ArrayNode talk = RowJson.MAPPER.createArrayNode();
    boolean wanted = true;
    for (JsonToken token = parser.nextToken();
        token != null && token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      long line = parser.currentTokenLocation().getLineNr();
      JsonNode row = ONE_OF_MANY.readTree(parser);
      if ((index == 0 || !talk.isEmpty()) && UnwrappedRows.isTurn(row)) {
        talk.add(row);
      } else if (wanted) {
        wanted = UnwrappedRows.visit(line, "[" + index + "]", row, visitor);
      }
      if (!wanted) {
        return false;
      }
      index++;
    }
    return talk.isEmpty()
        || visitor.row(start, "", RowJson.MAPPER.createObjectNode().set("messages", talk));
  }

  /// Reads the first object of a file: a row, or a wrapper of rows (`{"data": [...]}`), which are
  /// read one by one.
  private static boolean object(JsonParser parser, long line, RowVisitor visitor)
      throws IOException {
    ObjectNode object = RowJson.MAPPER.createObjectNode();
    boolean wrapped = false;
    boolean wanted = true;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_ARRAY && UnwrappedRows.mayWrap(name, object)) {
        if (parser.nextToken() == JsonToken.START_OBJECT) {
          wrapped = true;
          wanted = wanted && elements(parser, visitor);
          continue;
        }
        ArrayNode plain = object.putArray(name);
        while (parser.currentToken() != JsonToken.END_ARRAY) {
          plain.add(ONE_OF_MANY.<JsonNode>readTree(parser));
          parser.nextToken();
        }
        continue;
      }
      object.set(name, ONE_OF_MANY.readTree(parser));
    }
    return wrapped ? wanted : UnwrappedRows.visit(line, "[0]", object, visitor);
  }

  private static boolean elements(JsonParser parser, RowVisitor visitor) throws IOException {
    boolean wanted = true;
    for (long index = 0; parser.currentToken() != JsonToken.END_ARRAY; index++) {
      long line = parser.currentTokenLocation().getLineNr();
      JsonNode row = ONE_OF_MANY.readTree(parser);
      wanted = wanted && UnwrappedRows.visit(line, "[" + index + "]", row, visitor);
      parser.nextToken();
    }
    return wanted;
  }
}
