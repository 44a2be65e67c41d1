package org.instructgpt.text;

import java.util.Arrays;
import java.util.List;

/// Two neighbouring tokens while a vocabulary is learned: how often they occur now, and the words
/// they were seen in (some may have lost them since).
final class TokenPair {

  final int left;
  final int right;
  private long count;
  private int[] words = new int[4];
  private int wordCount;

  TokenPair(int left, int right) {
    this.left = left;
    this.right = right;
  }

  long count() {
    return count;
  }

  void add(long occurrences) {
    count += occurrences;
  }

  void seenIn(int word) {
    if (wordCount > 0 && words[wordCount - 1] == word) {
      return;
    }
    if (wordCount == words.length) {
      words = Arrays.copyOf(words, 2 * wordCount);
    }
    words[wordCount++] = word;
  }

  /// Hands over the words; a merged pair needs them no more.
  int[] takeWords() {
    int[] taken = Arrays.copyOf(words, wordCount);
    words = new int[1];
    wordCount = 0;
    return taken;
  }

  byte[] bytes(List<byte[]> tokens) {
    byte[] first = tokens.get(left);
    byte[] second = tokens.get(right);
    byte[] bytes = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, bytes, first.length, second.length);
    return bytes;
  }

  /// Compares the byte strings: the left ones, and if they are equal the right ones.
  static int compareBytes(TokenPair a, TokenPair b, List<byte[]> tokens) {
    int byLeft = Arrays.compareUnsigned(tokens.get(a.left), tokens.get(b.left));
    return byLeft != 0 ? byLeft : Arrays.compareUnsigned(tokens.get(a.right), tokens.get(b.right));
  }
}
