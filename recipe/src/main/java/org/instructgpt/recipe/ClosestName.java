package org.instructgpt.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the name a person probably meant.
public final class ClosestName {

  /// How many near names a message gives.
  private static final int NAMED = 3;

  private ClosestName() {}

  /// The name nearest to `word`, unless every one of them differs in more than half of its letters.
  public static Optional<String> to(String word, Collection<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(word, name)))
        .filter(name -> distance(word, name) <= Math.max(word.length(), name.length()) / 2);
  }

  /// The message about a person's name that is unknown, with the nearest known ones: `there is
  /// nobody called "An" here, ...; nearest: "Ann", "Anna"`.
  public static String unknownPerson(String name, Collection<String> known) {
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

  /// The edit distance of two words: how many letters must be inserted, left out, replaced, or
  /// exchanged with their neighbour (optimal string alignment). Cell `[i][j]` is that of the first
  /// `i` letters of `a` from the first `j` of `b`.
  static int distance(String a, String b) {
    var cells = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cells[i][j] = i == 0 || j == 0 ? i + j : cell(cells, a, b, i, j);
      }
    }
    return cells[a.length()][b.length()];
  }

  private static int cell(int[][] cells, String a, String b, int i, int j) {
    int replaced = cells[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int least = Math.min(replaced, 1 + Math.min(cells[i - 1][j], cells[i][j - 1]));
    boolean exchanged =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return exchanged ? Math.min(least, cells[i - 2][j - 2] + 1) : least;
  }
}
