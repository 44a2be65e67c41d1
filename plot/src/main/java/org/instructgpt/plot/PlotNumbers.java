package org.instructgpt.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.instructgpt.statistics.Estimate;

/// Formats numbers for the page.
///
/// An interval determines the number of significant digits: estimate and interval are rounded to
/// the second digit of the interval's length. A number without an interval has three digits, a
/// share in percent one decimal. `report.json` has all digits.
final class PlotNumbers {
  static final String SHARE = "%";
  private static final String MINUS = "\u2212";
  private static final double SMALL = 1e-4;
  private static final int MOST_DECIMALS = 6;

  private PlotNumbers() {}

  static boolean measured(Estimate estimate) {
    return Double.isFinite(estimate.value());
  }

  static boolean hasInterval(Estimate estimate) {
    return measured(estimate)
        && Double.isFinite(estimate.low())
        && Double.isFinite(estimate.high())
        && estimate.low() < estimate.high();
  }

  /// For example `62.3%` or `3.17 nats`.
  static String value(Estimate estimate, String unit) {
    if (!measured(estimate)) {
      return "not measured";
    }
    String number = number(estimate.value(), decimals(estimate, unit), unit);
    return unit.isEmpty() || unit.equals(SHARE) ? number + unit : number + " " + unit;
  }

  /// For example `58.1 to 66.0`; nothing where there is no interval.
  static String interval(Estimate estimate, String unit) {
    if (!hasInterval(estimate)) {
      return "";
    }
    int decimals = decimals(estimate, unit);
    return number(estimate.low(), decimals, unit)
        + " to "
        + number(estimate.high(), decimals, unit);
  }

  /// For example `62.3% (58.1 to 66.0)`.
  static String whole(Estimate estimate, String unit) {
    String interval = interval(estimate, unit);
    String value = value(estimate, unit);
    return interval.isEmpty() ? value : value + " (" + interval + ")";
  }

  /// A number with three significant digits and no trailing zeros: `0.5`, `50%`, `20`.
  static String brief(double value, String unit) {
    boolean share = unit.equals(SHARE);
    double shown = share ? 100 * value : value;
    var digits = new BigDecimal(shown, new MathContext(3)).stripTrailingZeros();
    String text =
        Math.abs(shown) < SMALL && shown != 0 ? digits.toString() : digits.toPlainString();
    return text.replace("-", MINUS) + (share ? SHARE : "");
  }

  /// The label of a tick, with as many decimals as the distance between ticks needs.
  static String tick(double value, double step, String unit) {
    double distance = unit.equals(SHARE) ? 100 * step : step;
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(distance) + 1e-9));
    return number(value, decimals, unit) + (unit.equals(SHARE) ? SHARE : "");
  }

  /// How many decimals to write, more than [#MOST_DECIMALS] for a power of ten.
  private static int decimals(Estimate estimate, String unit) {
    if (unit.equals(SHARE)) {
      double size = 100 * Math.abs(estimate.value());
      return size >= 1 || size == 0 ? 1 : 2;
    }
    double value = Math.abs(estimate.value());
    if (hasInterval(estimate)) {
      return (int) Math.max(0, 1 - Math.floor(Math.log10(estimate.high() - estimate.low())));
    }
    if (value == Math.rint(value)) {
      return 0;
    }
    return value < SMALL ? MOST_DECIMALS + 1 : (int) Math.max(0, 2 - Math.floor(Math.log10(value)));
  }

  private static String number(double value, int decimals, String unit) {
    double shown = unit.equals(SHARE) ? 100 * value : value;
    String format = decimals > MOST_DECIMALS ? "%.2e" : "%,." + decimals + "f";
    String digits = String.format(Locale.ROOT, format, Math.abs(shown));
    boolean zero = digits.chars().allMatch(c -> c == '0' || c == '.');
    // A typographic minus sign, and none before a zero.
    return shown < 0 && !zero ? MINUS + digits : digits;
  }
}
