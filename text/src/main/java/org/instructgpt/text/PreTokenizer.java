package org.instructgpt.text;

/// Splits text into GPT-2's pre-tokens, across whose borders no byte pairs are merged. GPT-2 gives
/// the rule as a regular expression,
///
/// ```
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// ```
///
/// that is: English contractions; runs of letters, of numbers or of other visible characters, each
/// with the one space before it; and runs of white space, which leave their last character to the
/// word that follows. This is that expression as a scanner: one look at each character, no
/// backtracking, and no recursion on a run of a million of them.
final class PreTokenizer {

  private static final byte OTHER = 0;
  private static final byte LETTER = 1;
  private static final byte NUMBER = 2;
  private static final byte SPACE = 3;

  /// The kinds of the first 65,536 code points; the rest are looked up one by one.
  private static final byte[] KINDS = new byte[Character.MIN_SUPPLEMENTARY_CODE_POINT];

  static {
    for (int c = 0; c < KINDS.length; c++) {
      KINDS[c] = kindOf(c);
    }
  }

  private PreTokenizer() {}

  /// Where the pre-token that starts at `from` ends.
  static int end(String text, int from) {
    char first = text.charAt(from);
    if (first == '\'') {
      int contraction = contraction(text, from);
      if (contraction > 0) {
        return from + contraction;
      }
    }
    boolean leadingSpace =
        first == ' ' && from + 1 < text.length() && kind(text.codePointAt(from + 1)) != SPACE;
    int start = leadingSpace ? from + 1 : from;
    byte kind = kind(text.codePointAt(start));
    int end = run(text, start, kind);
    boolean leavesLast = kind == SPACE && end < text.length() && end - from > 1;
    return leavesLast ? end - 1 : end;
  }

  /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `from`, or 0.
  private static int contraction(String text, int from) {
    char first = from + 1 < text.length() ? text.charAt(from + 1) : 0;
    char second = from + 2 < text.length() ? text.charAt(from + 2) : 0;
    return switch (first) {
      case 's', 't', 'm', 'd' -> 2;
      case 'r', 'v' -> second == 'e' ? 3 : 0;
      case 'l' -> second == 'l' ? 3 : 0;
      default -> 0;
    };
  }

  private static int run(String text, int from, byte kind) {
    int at = from;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (kind(c) != kind) {
        return at;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  private static byte kind(int codePoint) {
    return codePoint < KINDS.length ? KINDS[codePoint] : kindOf(codePoint);
  }

  private static byte kindOf(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      default -> (codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85 ? SPACE : OTHER;
    };
  }
}
