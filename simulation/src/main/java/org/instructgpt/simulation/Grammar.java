package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text utilities for simple English: words, stems, sentences, capitals, articles, enumerations.
final class Grammar {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:'[\\p{L}]+)?");
  private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?])\\s+|\\n+");
  private static final Pattern VERSE_END = Pattern.compile("\\n+|[,.;!]\\s+");
  private static final Pattern ITEM_END =
      Pattern.compile("\\n+|[,.;:]|\\d+\\.|\\band\\b(?! cheese)|\\bor\\b");
  private static final Pattern SENTENCE_START = Pattern.compile("(^|[.!?]\\s+|\\n\\s*)(\\p{Ll})");

  private Grammar() {}

  /// The words in order, in lower case, without punctuation.
  static List<String> of(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  /// A word without the ending of a plural or of a verb: "berry" for "berries", "eat" for "eats".
  static String stem(String word) {
    if (word.length() <= 3 || !word.endsWith("s") || word.endsWith("ss")) {
      return word;
    }
    if (word.endsWith("ies")) {
      return word.substring(0, word.length() - 3) + "y";
    }
    boolean hissing = word.endsWith("xes") || word.endsWith("shes") || word.endsWith("sses");
    return word.substring(0, word.length() - (hissing ? 2 : 1));
  }

  static int count(String text) {
    return of(text).size();
  }

  /// The sentences and lines, without white space around them; empty ones are left out.
  static List<String> sentences(String text) {
    return SENTENCE_END.splitAsStream(text).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  /// The lines of a verse; one that stands in a single line is taken apart at its commas.
  static List<String> splitVerse(String text) {
    return VERSE_END.splitAsStream(text).filter(s -> !s.isBlank()).toList();
  }

  /// The items of a list, whatever separates them.
  static List<String> items(String text) {
    return ITEM_END.splitAsStream(text).filter(s -> !s.isBlank()).toList();
  }

  /// The text with a capital first letter.
  static String capital(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /// The text with a capital letter at the beginning of each sentence.
  static String capitals(String text) {
    return SENTENCE_START
        .matcher(text)
        .replaceAll(
            m -> Matcher.quoteReplacement(m.group(1) + m.group(2).toUpperCase(Locale.ROOT)));
  }

  /// The text with a full stop if it ends without punctuation.
  static String ended(String text) {
    boolean open = !text.isEmpty() && Character.isLetterOrDigit(text.charAt(text.length() - 1));
    return open ? text + "." : text;
  }

  /// "a" or "an".
  static String article(String noun) {
    return noun.isEmpty() || "aeiou".indexOf(Character.toLowerCase(noun.charAt(0))) < 0
        ? "a"
        : "an";
  }

  /// "x", "x and y", "x, y and z".
  static String enumerate(List<String> items) {
    int last = items.size() - 1;
    return last < 1
        ? String.join("", items)
        : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
  }
}
