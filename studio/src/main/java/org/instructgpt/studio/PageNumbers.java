package org.instructgpt.studio;

import java.util.Locale;
import org.instructgpt.statistics.Estimate;

/// Formats numbers for the pages.
final class PageNumbers {
  private PageNumbers() {}

  /// Three digits and a unit prefix: `337 K`, `1.31 M`, `175 G`.
  static String count(double count) {
    var units = new String[] {"", " K", " M", " G", " T"};
    int unit = 0;
    while (count >= 999.5 && unit < units.length - 1) {
      count /= 1000;
      unit++;
    }
    return digits(count) + units[unit];
  }

  /// Three or four significant digits; whole numbers below a million with all digits.
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

  /// A share with its interval: `72.6 (71.1–74.1) %`.
  static String percent(Estimate share) {
    return String.format(
        Locale.ROOT,
        "%.1f (%.1f–%.1f) %%",
        100 * share.value(),
        100 * share.low(),
        100 * share.high());
  }

  /// A mean with its interval: `5.8 (5.2–6.4)`.
  static String mean(Estimate mean) {
    return String.format(Locale.ROOT, "%.1f (%.1f–%.1f)", mean.value(), mean.low(), mean.high());
  }

  /// Krippendorff's alpha with its interval: `0.45 (0.42 … 0.48)`.
  static String alpha(Estimate alpha) {
    return Double.isNaN(alpha.value())
        ? "–"
        : String.format(Locale.ROOT, "%.2f (%.2f … %.2f)", alpha.value(), alpha.low(), alpha.high())
            .replace('-', '−');
  }

  /// Minutes and seconds, or from one hour on hours and minutes: `4:07`, `2 h 05`.
  static String duration(long millis) {
    long seconds = millis / 1000;
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d h %02d", seconds / 3600, seconds / 60 % 60);
  }

  /// The position of a share on a line of length 120 that begins at the share `from`.
  static String along(double share, double from) {
    return coordinate(120 * Math.clamp((share - from) / (1 - from), 0, 1));
  }

  static String coordinate(double at) {
    return String.format(Locale.ROOT, "%.1f", at);
  }

  /// The last characters of a long id, which distinguish people; a short id unchanged.
  static String shortId(String id) {
    return id.length() <= 16 ? id : "…" + id.substring(id.length() - 6);
  }
}
