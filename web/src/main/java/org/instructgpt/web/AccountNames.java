package org.instructgpt.web;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The rules for names of accounts: nearly any single line of text.
final class AccountNames {
  /// The longest name, in characters (code points).
  static final int MOST = 40;

  private AccountNames() {}

  /// The name as it is stored: in Unicode's composed form, with single spaces and none at the ends.
  static String clean(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC).strip().replaceAll("\\s+", " ");
  }

  /// The key that must be unique: names that differ only in case, width or invisible characters
  /// have the same key.
  static String key(String name) {
    return Normalizer.normalize(clean(name), Normalizer.Form.NFKC)
        .replaceAll("\\p{Cf}", "")
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  static List<ApiError.Problem> problems(String name) {
    var problems = new ArrayList<ApiError.Problem>();
    String clean = clean(name);
    if (key(name).isBlank() || clean.codePointCount(0, clean.length()) > MOST) {
      problems.add(new ApiError.Problem("name", "join.name-length", MOST));
    } else if (!clean.codePoints().allMatch(AccountNames::visible)) {
      problems.add(new ApiError.Problem("name", "join.name-letters"));
    }
    return problems;
  }

  /// Not visible are control characters, direction marks and unassigned code points. The joiners
  /// U+200C and U+200D are allowed: they are part of words and of emoji.
  private static boolean visible(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.FORMAT -> point == 0x200C || point == 0x200D;
      default -> true;
    };
  }
}
