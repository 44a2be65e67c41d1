package org.instructgpt.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// How much of a text is in another: ROUGE-L and BLEU.
final class TextOverlap {
  private static final int LONGEST_GRAM = 4;
  private static final Pattern NO_WORD = Pattern.compile("[^a-z0-9]+");

  private TextOverlap() {}

  /// The F-measure of the longest common subsequence of words, 0 to 1 (Lin 2004): lower case,
  /// letters and digits only, no stemming.
  static double rougeL(String text, String reference) {
    var ours = words(text);
    var theirs = words(reference);
    if (ours.isEmpty() || theirs.isEmpty()) {
      return 0;
    }
    return 2.0 * common(ours, theirs) / (ours.size() + theirs.size());
  }

  private static List<String> words(String text) {
    return Arrays.stream(NO_WORD.split(text.toLowerCase(Locale.ROOT)))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static int common(List<String> a, List<String> b) {
    var before = new int[b.size() + 1];
    for (var word : a) {
      var now = new int[b.size() + 1];
      for (int j = 1; j < now.length; j++) {
        now[j] = word.equals(b.get(j - 1)) ? before[j - 1] + 1 : Math.max(before[j], now[j - 1]);
      }
      before = now;
    }
    return before[b.size()];
  }

  /// What a sentence adds to the BLEU of a corpus (Papineni et al. 2002).
  ///
  /// @param matches n-grams that are in the reference too, for n from 1 to 4
  /// @param grams all n-grams
  record Counts(int[] matches, int[] grams, int length, int reference) {}

  static Counts counts(String text, String reference) {
    var ours = tokens(text);
    var theirs = tokens(reference);
    var matches = new int[LONGEST_GRAM];
    var grams = new int[LONGEST_GRAM];
    for (int n = 1; n <= LONGEST_GRAM; n++) {
      var left = grams(theirs, n);
      for (var entry : grams(ours, n).entrySet()) {
        matches[n - 1] += Math.min(entry.getValue(), left.getOrDefault(entry.getKey(), 0));
      }
      grams[n - 1] = Math.max(0, ours.size() - n + 1);
    }
    return new Counts(matches, grams, ours.size(), theirs.size());
  }

  /// BLEU of a corpus, 0 to 100, as sacreBLEU computes it by default: tokens as of `mteval-v13a`,
  /// upper and lower case apart, n-grams without a match smoothed by halves (`exp`).
  static double bleu(List<Counts> sentences) {
    long length = sentences.stream().mapToLong(Counts::length).sum();
    long reference = sentences.stream().mapToLong(Counts::reference).sum();
    double sum = 0;
    double smooth = 1;
    for (int n = 0; n < LONGEST_GRAM; n++) {
      int at = n;
      double matches = sentences.stream().mapToLong(each -> each.matches[at]).sum();
      double grams = sentences.stream().mapToLong(each -> each.grams[at]).sum();
      if (grams == 0) {
        return 0;
      }
      if (matches == 0) {
        smooth *= 2;
        matches = 1 / smooth;
      }
      sum += Math.log(matches / grams);
    }
    double brevity = length < reference ? Math.exp(1 - (double) reference / length) : 1;
    return 100 * brevity * Math.exp(sum / LONGEST_GRAM);
  }

  private static Map<List<String>, Integer> grams(List<String> tokens, int n) {
    var grams = new HashMap<List<String>, Integer>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      grams.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return grams;
  }

  /// Punctuation apart from words, but for full stops and commas between digits, and hyphens behind
  /// letters.
  static List<String> tokens(String text) {
    var parted =
        (" " + text.replace("\n", " ") + " ")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replaceAll("([\\{-\\~\\[-\\` -\\&\\(-\\+\\:-\\@\\/])", " $1 ")
            .replaceAll("([^0-9])([\\.,])", "$1 $2 ")
            .replaceAll("([\\.,])([^0-9])", " $1 $2")
            .replaceAll("([0-9])(-)", "$1 $2 ");
    return new ArrayList<>(Arrays.asList(parted.strip().split("\\s+", -1)));
  }
}
