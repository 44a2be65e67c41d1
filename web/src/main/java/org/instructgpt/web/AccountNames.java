package org.instructgpt.web;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What people may call themselves: nearly anything of one line.
final class AccountNames {
  /// In characters (code points).
  static final int MOST = 40;

  private AccountNames() {}

  /// The name as it is kept: composed, without spaces at its ends or doubled ones inside.
  static String clean(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC).strip().replaceAll("\\s+", " ");
  }

  /// What two names must not have in common: they differ by more than case, width and what cannot
  /// be seen.
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
    } else if (!clean.codePoints().allMatch(AccountNames::shown)) {
      problems.add(new ApiError.Problem("name", "join.name-letters"));
    }
    return problems;
  }

  /// No controls, nothing that turns the direction of what follows, nothing unassigned; joiners are
  /// part of words and of emoji.
  private static boolean shown(int point) {
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
