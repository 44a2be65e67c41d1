package org.instructgpt.jinja;

/// Texts as Python writes and reads them in programs.
final class Strings {
  private Strings() {}

  /// The value of a text in quotes.
  ///
  /// @throws TemplateException if it names a character that there is not
  static String unescaped(String quoted) {
    var text = new StringBuilder();
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char kind = quoted.charAt(++i);
      int digits =
          switch (kind) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
          };
      if (digits > 0 && i + digits < quoted.length()) {
        var code = quoted.substring(i + 1, i + 1 + digits);
        if (code.matches("[0-9a-fA-F]+")) {
          long point = Long.parseLong(code, 16);
          if (point > Character.MAX_CODE_POINT) {
            throw new TemplateException("there is no character with the number 0x" + code);
          }
          text.appendCodePoint((int) point);
          i += digits;
          continue;
        }
      }
      text.append(escape(kind));
    }
    return text.toString();
  }

  private static String escape(char kind) {
    return switch (kind) {
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      case 'b' -> "\b";
      case 'f' -> "\f";
      case 'a' -> "\u0007";
      case 'v' -> "\u000b";
      case '0' -> "\0";
      case '\n' -> "";
      case '\\', '\'', '"' -> String.valueOf(kind);
      default -> "\\" + kind;
    };
  }

  /// A text in quotes, as Python's `repr` gives it.
  static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    var result = new StringBuilder().append(quote);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '\n' -> result.append("\\n");
            case '\r' -> result.append("\\r");
            case '\t' -> result.append("\\t");
            case '\\' -> result.append("\\\\");
            default -> {
              if (c == quote) {
                result.append('\\').append(quote);
              } else if (c < 0x20 || c == 0x7f) {
                result.append("\\x%02x".formatted(c));
              } else {
                result.appendCodePoint(c);
              }
            }
          }
        });
    return result.append(quote).toString();
  }
}
