package org.instructgpt.records;

import java.util.Locale;

/// Validation of the components of records.
final class RecordChecks {
  private static final int LONGEST_ID = 200;

  private RecordChecks() {}

  /// An id: 1 to 200 characters without white space or control characters, so that it needs no
  /// escaping in a file, a URL or a log line.
  static String id(String field, String id) {
    boolean plain =
        id.codePoints().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
    if (id.isEmpty() || id.length() > LONGEST_ID || !plain) {
      throw new BadField(
          field, "a name of 1 to " + LONGEST_ID + " characters without white space", quoted(id));
    }
    return text(field, id);
  }

  /// Any text that UTF-8 can encode. An unpaired surrogate would come back from the store as a
  /// question mark.
  static String text(String field, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new BadField(
            field,
            "text of whole Unicode characters",
            String.format(
                Locale.ROOT, "half a surrogate pair (\\u%04x) at character %d", (int) c, i));
      }
    }
    return text;
  }

  /// Text that is not blank.
  static String filled(String field, String text) {
    if (text.isBlank()) {
      throw new BadField(
          field, "some text", text.isEmpty() ? "empty text" : "nothing but white space");
    }
    return text(field, text);
  }

  static int within(String field, int value, int least, int most) {
    if (value < least || value > most) {
      throw new BadField(
          field, "a whole number from " + least + " to " + most, String.valueOf(value));
    }
    return value;
  }

  /// A value as shown in messages: quoted and shortened to a line.
  static String quoted(String value) {
    String line = value.replace("\n", "\\n");
    return '"' + (line.length() <= 60 ? line : line.substring(0, 57) + "...") + '"';
  }
}
