package org.instructgpt.cost;

import java.util.Locale;

/// Amounts of memory as people write and read them: `80G`, `1.5 GB`. A kilobyte is 1,000 bytes.
public final class Bytes {
  private static final String UNITS = "kMGTP";

  private Bytes() {}

  /// An amount with its unit, in three digits.
  public static String words(double bytes) {
    double amount = bytes;
    int unit = -1;
    while (amount >= 999.5 && unit + 1 < UNITS.length()) {
      amount /= 1000;
      unit++;
    }
    if (unit < 0) {
      return String.format(Locale.ROOT, "%.0f B", amount);
    }
    String format = amount < 10 ? "%.2f %cB" : amount < 100 ? "%.1f %cB" : "%.0f %cB";
    return String.format(Locale.ROOT, format, amount, UNITS.charAt(unit));
  }

  /// The bytes of words such as `80G`, `80GB`, `1.5 T` or `512M`.
  ///
  /// @throws IllegalArgumentException if they are none
  public static double parse(String words) {
    var found =
        java.util.regex.Pattern.compile("(?i)\\s*(\\d+(?:\\.\\d+)?)\\s*([kMGTP]?)(i?)B?\\s*")
            .matcher(words);
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "expected an amount of memory such as 80G or 512M, found '%s'".formatted(words));
    }
    int unit = UNITS.toLowerCase(Locale.ROOT).indexOf(found.group(2).toLowerCase(Locale.ROOT));
    int power = found.group(2).isEmpty() ? 0 : unit + 1;
    return Double.parseDouble(found.group(1))
        * Math.pow(found.group(3).isEmpty() ? 1000 : 1024, power);
  }
}
