package org.instructgpt.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

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

  /// A value as text in one line, for those who send it: half a surrogate pair in it, which no
  /// encoding has, breaks nothing.
  public static String text(JsonNode value) {
    try {
      return LENIENT.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// What is wrong with a text that is no JSON, without the parser's words for programmers.
  public static String fault(JsonProcessingException broken) {
    var said = String.valueOf(broken.getOriginalMessage()).lines().findFirst().orElse("");
    if (said.startsWith(NO_NUMBER)) {
      return "found %s, which JSON has no word for"
          .formatted(said.substring(NO_NUMBER.length()).replaceFirst("'.*", ""));
    }
    if (said.startsWith("Unexpected end-of-input")) {
      return "it breaks off before its end";
    }
    return said.replaceFirst(" ?\\([^()]*\\[Source.*", "").replaceFirst("\\.$", "");
  }
}
