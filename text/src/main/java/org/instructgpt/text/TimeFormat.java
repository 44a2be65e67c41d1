package org.instructgpt.text;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/// Times in the formats of C's `strftime`, in English.
final class TimeFormat {
  private static final Map<Character, String> PATTERNS =
      Map.ofEntries(
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('b', "MMM"),
          Map.entry('h', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('d', "dd"),
          Map.entry('e', "ppd"),
          Map.entry('F', "yyyy-MM-dd"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('j', "DDD"),
          Map.entry('m', "MM"),
          Map.entry('M', "mm"),
          Map.entry('p', "a"),
          Map.entry('S', "ss"),
          Map.entry('T', "HH:mm:ss"),
          Map.entry('y', "yy"),
          Map.entry('Y', "yyyy"));

  private TimeFormat() {}

  /// @throws IllegalArgumentException for a part that is not known
  static String of(LocalDateTime time, String format) {
    var text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      char kind = format.charAt(++i);
      boolean plain = kind == '-' && i + 1 < format.length(); // %-d: without the zero before
      if (plain) {
        kind = format.charAt(++i);
      }
      var pattern = PATTERNS.get(kind);
      if (pattern == null && kind != '%') {
        throw new IllegalArgumentException(
            "expected a part of strftime such as %d, found %" + kind + " in " + format);
      }
      var part =
          pattern == null ? "%" : DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
      text.append(plain ? part.replaceFirst("^0+(?=\\d)", "") : part);
    }
    return text.toString();
  }
}
