package org.instructgpt.collect;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The features of a text for a classifier: its words and pairs of neighbouring words, the first
/// and last of them marked as such ("first:translate", "last:?"), and its length in steps of powers
/// of two. Each is hashed into one of 32,768 buckets, so no vocabulary has to be kept; a thousand
/// prompts have some ten thousand features, and the few that share a bucket do little harm (feature
/// hashing).
final class TextFeatures {
  static final int BUCKETS = 1 << 15;

  /// The first words contain the instruction; the rest of a long text is its material.
  private static final int MOST_WORDS = 400;

  private static final int MARKED = 3;
  private static final Pattern WORD = Pattern.compile("\\p{L}+|\\p{N}+|[^\\s\\p{L}\\p{N}]");

  private TextFeatures() {}

  /// The different buckets that the text fills, in ascending order; never empty.
  static int[] of(String text) {
    int[] buckets = new int[2 * MOST_WORDS + MARKED + 2];
    int count = 0;
    int words = 0;
    String before = "";
    Matcher word = WORD.matcher(text);
    while (words < MOST_WORDS && word.find()) {
      String now = word.group().toLowerCase(Locale.ROOT);
      buckets[count++] = bucket("word:" + now);
      buckets[count++] = bucket("pair:" + before + ' ' + now);
      if (words < MARKED) {
        buckets[count++] = bucket("first:" + now);
      }
      before = now;
      words++;
    }
    buckets[count++] = bucket("last:" + before);
    buckets[count++] = bucket("length:" + (Integer.SIZE - Integer.numberOfLeadingZeros(words)));
    return Arrays.stream(buckets, 0, count).sorted().distinct().toArray();
  }

  /// FNV-1a over the characters, its upper bits folded in.
  private static int bucket(String feature) {
    int hash = 0x811C9DC5;
    for (int i = 0; i < feature.length(); i++) {
      hash = (hash ^ feature.charAt(i)) * 0x01000193;
    }
    return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
  }
}
