package org.instructgpt.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// The two readers and writers of JSON that modules share. Whoever needs other settings (dates,
/// enum words, naming of keys) builds a mapper and keeps it private. Nobody changes these two.
public final class Json {

  /// For files and texts that the program wrote itself.
  public static final ObjectMapper LENIENT = new ObjectMapper();

  /// For what people hand in: a key that stands twice and a text after the value are errors.
  public static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String NO_NUMBER = "Non-standard token '";

  private Json() {}

  /// The object that a file holds, read by [#LENIENT].
  ///
  /// @throws IllegalArgumentException if it holds something else, with the line
  public static ObjectNode object(Path file) throws IOException {
    try {
      var json = LENIENT.readTree(Utf8File.read(file));
      if (json instanceof ObjectNode object) {
        return object;
      }
      throw new IllegalArgumentException(
          "%s: expected a JSON object, found %s"
              .formatted(
                  file,
                  json.isMissingNode()
                      ? "nothing"
                      : json.getNodeType().name().toLowerCase(Locale.ROOT)));
    } catch (JsonProcessingException broken) {
      var at = broken.getLocation();
      throw new IllegalArgumentException(
          "%s is not JSON: %s%s"
              .formatted(
                  file, at == null ? "" : "line %d: ".formatted(at.getLineNr()), fault(broken)),
          broken);
    }
  }

  /// What is wrong with a text that is no JSON, without the parser's words for programmers.
  public static String fault(JsonProcessingException broken) {
    var said = String.valueOf(broken.getOriginalMessage()).lines().findFirst().orElse("");
    if (said.startsWith(NO_NUMBER)) {
      return "expected a value, found %s, which JSON has no word for"
          .formatted(said.substring(NO_NUMBER.length()).replaceFirst("'.*", ""));
    }
    if (said.startsWith("Unexpected end-of-input")) {
      return "it breaks off before its end";
    }
    return said.replaceFirst(" ?\\([^()]*\\[Source.*", "").replaceFirst("\\.$", "");
  }
}
