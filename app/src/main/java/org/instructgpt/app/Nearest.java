package org.instructgpt.app;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the name a person probably meant.
final class Nearest {

  /// As many names are told where one is not known.
  private static final int NAMED = 3;

  private Nearest() {}

  /// The name nearest to `word`, unless every one of them differs in more than half of its letters.
  static Optional<String> to(String word, Collection<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(word, name)))
        .filter(name -> distance(word, name) <= Math.max(word.length(), name.length()) / 2);
  }

  /// What to say where nobody has the name that was given: `there is nobody called "An"; nearest:
  /// "Ann", "Anna"`.
  static String nobody(String name, Collection<String> known) {
    var near =
        known.stream()
            .filter(each -> isNear(name, each))
            .sorted(Comparator.comparingInt(each -> distance(folded(name), folded(each))))
            .limit(NAMED)
            .map(each -> '"' + each + '"')
            .collect(Collectors.joining(", "));
    return "there is nobody called \"%s\" here, neither by the name of an account nor by the id of an import; %s"
        .formatted(name, near.isEmpty() ? "nobody has a name like it" : "nearest: " + near);
  }

  private static boolean isNear(String name, String other) {
    return distance(folded(name), folded(other)) <= Math.max(name.length(), other.length()) / 2;
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /// What to say about a word that is none of the known names: `unknown key "epoch" in sft; did you
  /// mean "epochs"? Known: ...`.
  static String unknown(String what, String word, Collection<String> names) {
    return "unknown %s%s Known: %s"
        .formatted(
            what,
            to(word, names).map(name -> "; did you mean \"" + name + "\"?").orElse("."),
            String.join(", ", names));
  }

  /// Levenshtein's distance: the fewest letters to insert, delete or replace to get from one word
  /// to the other. One row of the table at a time: `row[j]` is the distance of the letters of `a`
  /// seen so far from the first `j` letters of `b`.
  static int distance(String a, String b) {
    var row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
