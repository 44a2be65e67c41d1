package org.instructgpt.collect;

import java.util.Locale;

/// How constants are written in tables, reports and files.
final class ConstantNames {
  private ConstantNames() {}

  /// `OPEN_QA` as `open qa`.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
