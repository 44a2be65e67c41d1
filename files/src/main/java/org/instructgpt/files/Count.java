package org.instructgpt.files;

import java.util.Locale;

/// Counts with their nouns, in the singular or plural: `1 response`, `2 responses`, `1,200
/// entries`.
public final class Count {
  private Count() {}

  /// A number with its noun.
  ///
  /// @param noun in the singular; its last word is the one that changes: `held-out ranking`,
  ///   `entry`, `batch`
  public static String of(long number, String noun) {
    return of(number, noun, plural(noun));
  }

  /// A number with a noun that has a plural of its own, or with a verb: `1 row is`, `2 rows are`.
  public static String of(long number, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
  }

  private static String plural(String noun) {
    if (noun.matches(".*[^aeiou]y")) {
      return noun.substring(0, noun.length() - 1) + "ies";
    }
    boolean hisses = noun.matches(".*(s|x|z|ch|sh)") && !noun.endsWith("epoch");
    return noun + (hisses ? "es" : "s");
  }
}
