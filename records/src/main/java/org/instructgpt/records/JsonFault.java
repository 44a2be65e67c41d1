package org.instructgpt.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;

/// Describes what is wrong with malformed JSON, for the author of the file.
final class JsonFault {
  private JsonFault() {}

  /// @param text around the fault, or empty
  static String describe(JsonProcessingException broken, String text) {
    String message = String.valueOf(broken.getOriginalMessage());
    if (broken instanceof StreamConstraintsException) {
      return "one that is too long or nested too deep";
    }
    if (message.startsWith("Duplicate field")) {
      return "the key " + quoted(message) + " twice";
    }
    if (text.stripLeading().startsWith("{'") || text.stripLeading().startsWith("['")) {
      return "single quotes, as Python prints them; write with json.dumps";
    }
    if (broken instanceof JsonEOFException || message.startsWith("Unexpected end-of-input")) {
      return "one that breaks off";
    }
    if (message.contains("Trailing token")) {
      return "more after the first value: put each on a line of its own";
    }
    if (message.startsWith("Unexpected character (']'")
        || message.startsWith("Unexpected character ('}'")
            && !message.contains("was expecting double-quote")) {
      return "a comma, or nothing, where a value is due before "
          + message.charAt(23)
          + at(broken, text);
    }
    if (message.startsWith("Unexpected character ('}'")) {
      return "a comma before the closing }" + at(broken, text);
    }
    if (message.contains("CTRL-CHAR")) {
      return "a line break or control character inside a text: write it as \\n";
    }
    return "something else" + at(broken, text);
  }

  private static String quoted(String message) {
    int from = message.indexOf('\'');
    int to = message.lastIndexOf('\'');
    return from < to ? RecordChecks.quoted(message.substring(from + 1, to)) : "of a field";
  }

  private static String at(JsonProcessingException broken, String text) {
    if (broken.getLocation() == null || text.isEmpty()) {
      return "";
    }
    int column = Math.max(0, Math.min(broken.getLocation().getColumnNr() - 1, text.length()));
    int from = Math.max(0, column - 12);
    String around = text.substring(from, Math.min(text.length(), column + 12)).strip();
    return " near character " + (column + 1) + ": " + RecordChecks.quoted(around);
  }
}
