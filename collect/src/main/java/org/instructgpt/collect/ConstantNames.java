package org.instructgpt.collect;

import java.util.Locale;

/// Names of constants as words in tables, reports and marks.
final class ConstantNames {
  private ConstantNames() {}

  /// `OPEN_QA` as `open qa`.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
