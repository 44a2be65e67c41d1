package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;

/// Reads JSON files strictly and writes them atomically.
final class TokenizerJson {

  static final String FILE = "tokenizer.json";

  private static final ObjectMapper MAPPER = Json.STRICT;

  private TokenizerJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /// Reads a file that must hold one JSON object without a key twice.
  static ObjectNode read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("there is no file " + file);
    }
    return ForeignTexts.object(file, MAPPER);
  }

  static void write(Path file, JsonNode node) throws IOException {
    write(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(node));
  }

  static byte[] bytes(JsonNode node) throws IOException {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
  }

  /// Puts a file in place when all of it is on the disk: a crash leaves the old file or the new
  /// one.
  static void write(Path file, byte[] content) throws IOException {
    AtomicFiles.write(file, out -> out.write(content));
  }
}
