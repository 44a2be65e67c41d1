package org.instructgpt.studio;

import java.util.Locale;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// Numbers as people write and read them.
final class PageNumbers {
  private PageNumbers() {}

  /// A whole number of a form.
  static int of(Exchange exchange, String field, int least, int most) {
    String text = exchange.form(field).strip();
    if (text.matches("\\d{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw ApiError.invalid(field, "label.refused.number", least, most, text);
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

  /// `5.8 (5.2–6.4)`
  static String mean(Estimate mean) {
    return String.format(Locale.ROOT, "%.1f (%.1f–%.1f)", mean.value(), mean.low(), mean.high());
  }

  /// Krippendorff's alpha: `0.45 (0.42 … 0.48)`.
  static String alpha(Estimate alpha) {
    return Double.isNaN(alpha.value())
        ? "–"
        : String.format(Locale.ROOT, "%.2f (%.2f … %.2f)", alpha.value(), alpha.low(), alpha.high())
            .replace('-', '−');
  }

  /// Minutes and seconds, or hours and minutes when there are any: `4:07`, `2 h 05`.
  static String duration(long millis) {
    long seconds = millis / 1000;
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d h %02d", seconds / 3600, seconds / 60 % 60);
  }

  /// Where a share lies on a line 120 long that begins at the share `from`.
  static String along(double share, double from) {
    return coordinate(120 * Math.clamp((share - from) / (1 - from), 0, 1));
  }

  static String coordinate(double at) {
    return String.format(Locale.ROOT, "%.1f", at);
  }

  /// The end of a long id, which is what tells people apart; short ones whole.
  static String shortId(String id) {
    return id.length() <= 16 ? id : "…" + id.substring(id.length() - 6);
  }
}
