package org.instructgpt.studio;

import java.util.Locale;

/// Numbers as pages show them.
final class CountNumbers {
  private CountNumbers() {}

  /// Three digits and a unit: 337 K, 1.31 M, 175 G.
  static String count(double count) {
    var units = new String[] {"", " K", " M", " G", " T"};
    int unit = 0;
    while (count >= 999.5 && unit < units.length - 1) {
      count /= 1000;
      unit++;
    }
    return digits(count) + units[unit];
  }

  /// Three or four digits that count.
  static String digits(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e6) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 0.001 || size >= 1e6)) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
