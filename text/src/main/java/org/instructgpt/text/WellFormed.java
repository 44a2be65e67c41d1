package org.instructgpt.text;

/// Replaces surrogates without a partner, which a Java string may hold and UTF-8 cannot encode.
final class WellFormed {

  private static final int REPLACEMENT = 0xFFFD;

  private WellFormed() {}

  /// The text with U+FFFD in place of each surrogate that has no partner.
  static String of(String text) {
    return hasLone(text)
        ? text.codePoints()
            .map(c -> isLone(c) ? REPLACEMENT : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString()
        : text;
  }

  private static boolean hasLone(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.codePoints().anyMatch(WellFormed::isLone);
      }
    }
    return false;
  }

  private static boolean isLone(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
