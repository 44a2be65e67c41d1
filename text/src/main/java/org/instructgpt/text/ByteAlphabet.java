package org.instructgpt.text;

import java.util.Arrays;

/// GPT-2's printable alphabet: one visible character for each of the 256 bytes, so that a
/// vocabulary of byte strings can be a JSON file. The visible Latin-1 characters stand for
/// themselves; the other 68 bytes, in order, are U+0100 and on (a space is `Ġ`, a line feed `Ċ`).
/// Source: GPT-2's `encoder.py`, `bytes_to_unicode`.
final class ByteAlphabet {

  private static final char[] LETTERS = new char[256];
  private static final int[] BYTES = new int[256 + 68];
  private static final int[] ORDER = new int[256];

  static {
    Arrays.fill(BYTES, -1);
    int visible = 0;
    int hidden = 0;
    for (int b = 0; b < 256; b++) {
      boolean isVisible = (b >= '!' && b <= '~') || (b >= '¡' && b <= '¬') || b >= '®';
      LETTERS[b] = (char) (isVisible ? b : 256 + hidden);
      ORDER[isVisible ? visible++ : 188 + hidden++] = b;
      BYTES[LETTERS[b]] = b;
    }
  }

  private ByteAlphabet() {}

  /// The byte at place `index` of GPT-2's order: the visible ones first.
  static int inOrder(int index) {
    return ORDER[index];
  }

  /// The id of each byte.
  ///
  /// @param byteIds the ids of the 256 bytes
  static int[] ids(byte[] bytes, int[] byteIds) {
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = byteIds[bytes[i] & 0xff];
    }
    return ids;
  }

  static String spell(byte[] bytes) {
    StringBuilder spelling = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      spelling.append(LETTERS[b & 0xff]);
    }
    return spelling.toString();
  }

  /// Whether every character stands for a byte.
  static boolean isSpelling(String text) {
    return text.chars().allMatch(c -> c < BYTES.length && BYTES[c] >= 0);
  }

  static byte[] read(String spelling) {
    byte[] bytes = new byte[spelling.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) BYTES[spelling.charAt(i)];
    }
    return bytes;
  }
}
