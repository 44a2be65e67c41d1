package org.instructgpt.web;

import com.nulabinc.zxcvbn.StandardDictionaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/// Finds passwords that are guessed first: the 30,000 most common ones that the library zxcvbn
/// ships, those that add little to one of them or to the person's own name, runs and repetitions.
///
/// The library's own estimate of strength is not used: a hundred symbols that may stand for letters
/// keep it busy for minutes. This check takes time proportional to the length.
final class EasyPasswords {
  private static final Set<String> COMMON = read();

  /// With fewer characters left, the part that was found is most of the password.
  private static final int ENOUGH = 6;

  private static final int FEWEST_DIFFERENT = 5;

  private EasyPasswords() {}

  static boolean has(String name, String password) {
    String plain = Normalizer.normalize(password, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    return common(plain)
        || plain.codePoints().distinct().count() < FEWEST_DIFFERENT
        || run(plain)
        || mostly(plain, AccountNames.key(name))
        || mostly(plain, "instructgpt");
  }

  /// Whether it is a common password, alone or with digits and symbols around it.
  private static boolean common(String plain) {
    String core = plain.replaceAll("^[^\\p{L}]{1,20}+|[^\\p{L}]{1,20}+$", "");
    return COMMON.contains(plain)
        || COMMON.contains(core) && plain.length() - core.length() < ENOUGH;
  }

  private static boolean mostly(String plain, String part) {
    String letters = plain.replace(" ", "");
    String known = part.replace(" ", "");
    return !known.isEmpty()
        && letters.contains(known)
        && letters.replace(known, "").length() < ENOUGH;
  }

  /// Whether each character follows the one before in order, as in 23456789 or zyxwvuts.
  private static boolean run(String plain) {
    int[] points = plain.codePoints().toArray();
    int step = points[1] - points[0];
    for (int i = 1; i < points.length; i++) {
      if (points[i] - points[i - 1] != step || Math.abs(step) > 1) {
        return false;
      }
    }
    return true;
  }

  private static Set<String> read() {
    try {
      return Set.copyOf(StandardDictionaries.PASSWORDS_LOADER.load().getFrequencies());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
