package org.instructgpt.records;

import java.util.Locale;

/// Names of enum constants in files and in the store: in lower case.
final class EnumWords {
  private EnumWords() {}

  /// The name of a constant in files and in the store.
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static <E extends Enum<E>> E constant(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }
}
