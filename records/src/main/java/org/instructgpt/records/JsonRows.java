package org.instructgpt.records;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// The rows of a file, one after the other, so that a file of any length needs the memory of one
/// row.
///
/// A file is JSON lines, unless it begins with `[` (an array of rows) or is called `.json` (rows
/// that may span lines); either may be compressed with gzip, which is seen by its first two bytes.
/// In JSON lines a broken line costs that line alone; a broken array ends there.
final class JsonRows {
  /// Longer lines are refused rather than read: one row is held in memory.
  static final int LONGEST_LINE = 1 << 25;

  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BYTE_ORDER_MARK = 0xef;

  /// For one value among others: the mapper itself would take the rest of the file for trailing
  /// tokens.
  private static final ObjectReader ONE_OF_MANY =
      Json.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonRows() {}

  /// What is told of each row; `line` counts from 1, `place` is `[i]` for the row i of an array,
  /// which may have many on a line, and else empty.
  interface Visitor {
    void row(long line, String place, JsonNode row);

    void unreadable(long line, String expected, String found);
  }

  static void read(Path file, Visitor visitor) throws IOException {
    try (InputStream bytes = open(file)) {
      if (isSequence(file, bytes)) {
        readSequence(bytes, visitor);
      } else {
        readLines(bytes, visitor);
      }
    }
  }

  private static InputStream open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          file + ": expected a file to read, found " + (Files.exists(file) ? "a folder" : "none"));
    }
    BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    raw.mark(2);
    int magic = (raw.read() << 8) | raw.read();
    raw.reset();
    try {
      return magic == GZIP_MAGIC
          ? new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16)
          : raw;
    } catch (EOFException | ZipException broken) {
      raw.close();
      throw new IllegalArgumentException(
          file + ": expected a gzip file, found a broken one: " + broken.getMessage(), broken);
    }
  }

  /// Looks at the first character that is neither white space nor part of a byte order mark, and
  /// goes back.
  private static boolean isSequence(Path file, InputStream bytes) throws IOException {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    bytes.mark(1 << 12);
    int first = bytes.read();
    if (first == BYTE_ORDER_MARK) {
      bytes.skipNBytes(2);
      bytes.mark(1 << 12);
      first = bytes.read();
    }
    for (int i = 0; i < 4000 && first >= 0 && Character.isWhitespace(first); i++) {
      first = bytes.read();
    }
    bytes.reset();
    return first == '[' || name.endsWith(".json") || name.endsWith(".json.gz");
  }

  private static void readLines(InputStream bytes, Visitor visitor) throws IOException {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(1 << 12);
    long line = 0;
    boolean more = true;
    while (more) {
      line++;
      buffer.reset();
      try {
        more = readLine(bytes, buffer);
      } catch (EOFException | ZipException broken) {
        visitor.unreadable(line, "a whole gzip file", "one that breaks off here");
        return;
      }
      if (buffer.size() > LONGEST_LINE) {
        visitor.unreadable(line, "a line of at most " + LONGEST_LINE + " bytes", "a longer one");
      } else {
        readRow(line, buffer.toByteArray(), visitor);
      }
    }
  }

  /// Reads up to the end of the line, keeping no more than one byte above the limit; false at the
  /// end of the file.
  private static boolean readLine(InputStream bytes, ByteArrayOutputStream buffer)
      throws IOException {
    for (int b = bytes.read(); b >= 0; b = bytes.read()) {
      if (b == '\n') {
        return true;
      }
      if (buffer.size() <= LONGEST_LINE) {
        buffer.write(b);
      }
    }
    return false;
  }

  private static void readRow(long line, byte[] bytes, Visitor visitor) {
    JsonNode row;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.isBlank()) {
        return;
      }
      row = Json.MAPPER.readTree(text);
    } catch (CharacterCodingException notUtf8) {
      visitor.unreadable(line, "UTF-8", "bytes that are not");
      return;
    } catch (JsonProcessingException broken) {
      visitor.unreadable(line, "one JSON value", reason(broken));
      return;
    }
    visitor.row(line, "", row);
  }

  private static void readSequence(InputStream bytes, Visitor visitor) throws IOException {
    try (JsonParser parser = Json.MAPPER.createParser(bytes)) {
      boolean array = parser.nextToken() == JsonToken.START_ARRAY;
      long index = 0;
      JsonToken token = array ? parser.nextToken() : parser.currentToken();
      while (token != null && token != JsonToken.END_ARRAY) {
        int line = parser.currentTokenLocation().getLineNr();
        visitor.row(line, "[" + index++ + "]", ONE_OF_MANY.readTree(parser));
        token = parser.nextToken();
      }
      if (array && parser.nextToken() != null) {
        visitor.unreadable(
            parser.currentTokenLocation().getLineNr(), "the end of the file", "more after the ]");
      }
    } catch (JsonProcessingException broken) {
      int line = broken.getLocation() == null ? 1 : broken.getLocation().getLineNr();
      visitor.unreadable(line, "JSON up to the end of the file", reason(broken));
    } catch (EOFException | ZipException | CharConversionException broken) {
      visitor.unreadable(1, "a whole file of UTF-8", String.valueOf(broken.getMessage()));
    }
  }

  private static String reason(JsonProcessingException broken) {
    String message = broken.getOriginalMessage();
    return "something else: " + (message.length() <= 120 ? message : message.substring(0, 120));
  }
}
