package org.instructgpt.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;

/// Exact match and token F1 of an answer against its best-fitting reference, as in SQuAD (Rajpurkar
/// et al. 2016): case, punctuation and the articles a, an, the are ignored.
public final class AnswerMatch {
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");

  private AnswerMatch() {}

  /// 1 if the answer has the same words in the same order as a reference, else 0.
  public static double exact(String answer, List<String> references) {
    return best(answer, references, (ours, theirs) -> ours.equals(theirs) ? 1 : 0);
  }

  /// The harmonic mean of precision and recall over the bags of words, 0 to 1. An answer without
  /// words scores 1 if the reference has none either.
  public static double f1(String answer, List<String> references) {
    return best(answer, references, AnswerMatch::f1);
  }

  private static double best(
      String answer,
      List<String> references,
      ToDoubleBiFunction<List<String>, List<String>> score) {
    var ours = words(answer);
    return references.stream()
        .mapToDouble(reference -> score.applyAsDouble(ours, words(reference)))
        .max()
        .orElse(0);
  }

  private static double f1(List<String> ours, List<String> theirs) {
    if (ours.isEmpty() || theirs.isEmpty()) {
      return ours.equals(theirs) ? 1 : 0;
    }
    var left = new HashMap<String, Integer>();
    theirs.forEach(word -> left.merge(word, 1, Integer::sum));
    int common = 0;
    for (var word : ours) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        common++;
      }
    }
    return 2.0 * common / (ours.size() + theirs.size());
  }

  private static List<String> words(String text) {
    var plain = text.toLowerCase(Locale.ROOT).replaceAll("\\p{Punct}", "");
    return Arrays.stream(plain.split("\\s+"))
        .filter(word -> !word.isEmpty() && !ARTICLES.contains(word))
        .collect(Collectors.toList());
  }
}
