package org.instructgpt.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Reads text files that come from elsewhere and are held in memory whole: descriptions of models,
/// tokenizers, templates. What is none is refused with its place, and what is too long before it is
/// read.
public final class ForeignTexts {
  /// The longest file that is read, in bytes: three times the longest `tokenizer.json` of a
  /// published model, whose vocabulary has 256,000 tokens.
  static final long LONGEST = 100_000_000;

  private static final String RETRY = "copy or download the file again";

  private ForeignTexts() {}

  /// The text of a file in UTF-8; a byte order mark is left out.
  ///
  /// @throws IllegalArgumentException if it is a folder, too long, or no such text
  /// @throws IOException if it cannot be read
  public static String read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + ": expected a file, found a folder");
    }
    long size = Files.size(file);
    if (size > LONGEST) {
      throw tooLong(file, String.valueOf(size));
    }
    return decoded(file, Files.readAllBytes(file));
  }

  /// The same of a file that is packed by gzip if its name ends with `.gz`. No more is unpacked
  /// than may be read.
  ///
  /// @throws IllegalArgumentException if it is a folder, too long, damaged, or no such text
  /// @throws IOException if it cannot be read
  public static String readUnpacked(Path file) throws IOException {
    if (!file.toString().endsWith(".gz")) {
      return read(file);
    }
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
      byte[] bytes = in.readNBytes(Math.toIntExact(LONGEST) + 1);
      if (bytes.length > LONGEST) {
        throw tooLong(file, "more");
      }
      return decoded(file, bytes);
    } catch (ZipException | EOFException damaged) {
      throw new IllegalArgumentException(
          "%s: expected a gzip file, found a damaged or another one: %s".formatted(file, RETRY),
          damaged);
    }
  }

  private static IllegalArgumentException tooLong(Path file, String found) {
    return new IllegalArgumentException(
        "%s: expected a text of at most %d bytes, found %s: is it another kind of file?"
            .formatted(file, LONGEST, found));
  }

  private static String decoded(Path file, byte[] content) {
    var bytes = ByteBuffer.wrap(content);
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "%s: expected UTF-8 text, found other bytes from byte %d on: %s"
              .formatted(file, bytes.position(), RETRY),
          e);
    }
  }

  /// The value of a JSON file; a missing node if there is nothing in it.
  ///
  /// @param mapper how strictly it is read
  /// @throws IllegalArgumentException if it is no JSON
  /// @throws IOException if it cannot be read
  public static JsonNode json(Path file, ObjectMapper mapper) throws IOException {
    var text = read(file);
    try {
      return mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s, line %d: expected a whole JSON value: %s; %s"
              .formatted(
                  file,
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  Json.fault(e),
                  RETRY),
          e);
    }
  }

  /// The object that a JSON file holds.
  ///
  /// @param mapper how strictly it is read
  /// @throws IllegalArgumentException if it holds something else
  /// @throws IOException if it cannot be read
  public static ObjectNode object(Path file, ObjectMapper mapper) throws IOException {
    var value = json(file, mapper);
    if (value instanceof ObjectNode object) {
      return object;
    }
    var found =
        value.isMissingNode() ? "nothing" : value.getNodeType().name().toLowerCase(Locale.ROOT);
    throw new IllegalArgumentException(
        "%s: expected a JSON object, found %s: %s".formatted(file, found, RETRY));
  }
}
