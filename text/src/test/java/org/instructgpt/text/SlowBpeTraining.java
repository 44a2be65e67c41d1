package org.instructgpt.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Byte-pair learning as Sennrich et al. 2016 print it: all pairs are counted anew for each merge.
final class SlowBpeTraining {

  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
              + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

  private static final Pattern SPECIAL = Pattern.compile("<\\|(endoftext|pad)\\|>");

  private SlowBpeTraining() {}

  static List<String> merges(List<String> texts, int count) {
    List<List<String>> words = new ArrayList<>();
    for (String text : texts) {
      for (String part : SPECIAL.split(text, -1)) {
        WORDS.matcher(part).results().forEach(word -> words.add(letters(word.group())));
      }
    }
    List<String> merges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> best = best(words);
      merges.add(String.join(" ", best));
      words.replaceAll(word -> merged(word, best));
    }
    return merges;
  }

  private static List<String> letters(String word) {
    String spelling = ByteAlphabet.spell(word.getBytes(StandardCharsets.UTF_8));
    return spelling.chars().mapToObj(Character::toString).toList();
  }

  private static List<String> best(List<List<String>> words) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (List<String> word : words) {
      for (int i = 0; i + 1 < word.size(); i++) {
        counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
      }
    }
    List<String> best = List.of();
    for (List<String> pair : counts.keySet()) {
      int difference = best.isEmpty() ? 1 : count(counts, pair) - count(counts, best);
      best = difference > 0 || (difference == 0 && isGreater(pair, best)) ? pair : best;
    }
    return best;
  }

  private static int count(Map<List<String>, Integer> counts, List<String> pair) {
    return counts.getOrDefault(pair, 0);
  }

  private static boolean isGreater(List<String> pair, List<String> other) {
    int left = compare(pair.get(0), other.get(0));
    return left > 0 || (left == 0 && compare(pair.get(1), other.get(1)) > 0);
  }

  private static int compare(String a, String b) {
    return Arrays.compareUnsigned(ByteAlphabet.read(a), ByteAlphabet.read(b));
  }

  private static List<String> merged(List<String> word, List<String> pair) {
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < word.size(); i++) {
      if (i + 1 < word.size() && word.subList(i, i + 2).equals(pair)) {
        merged.add(pair.get(0) + pair.get(1));
        i++;
      } else {
        merged.add(word.get(i));
      }
    }
    return merged;
  }
}
