package org.instructgpt.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// The scale of an axis: positions of values and ticks.
///
/// Positions are percentages of the axis' length, never pixels: the browser decides how long the
/// axis is, so one drawing fits narrow and wide screens without a script, and text keeps its size.
///
/// @param low the number at the beginning
/// @param high the number at the end, above `low`
/// @param step the distance between two ticks; 0 on a logarithmic axis
/// @param ticks the labelled values
record PlotAxis(double low, double high, double step, List<Double> ticks) {
  private static final int TICKS = 5;
  private static final int FEW = 3;

  /// An axis around these values, with round ticks.
  ///
  /// @param room how far it extends beyond them, as a share of their range; never beyond a zero at
  ///   its end
  static PlotAxis linear(DoubleStream values, double room) {
    var span = values.filter(Double::isFinite).summaryStatistics();
    double least = span.getCount() == 0 ? 0 : span.getMin();
    double most = span.getCount() == 0 ? 1 : span.getMax();
    // Zero belongs on the plot when it is not far away, for lengths are compared from it.
    if (least > 0 && least < most / 2) {
      least = 0;
    }
    if (most < 0 && most > least / 2) {
      most = 0;
    }
    if (least == most) {
      double around = least == 0 ? 1 : Math.abs(least) / 2;
      return between(least - around, most + around);
    }
    double beyond = room * (most - least);
    return between(least == 0 ? 0 : least - beyond, most == 0 ? 0 : most + beyond);
  }

  /// An axis for shares: it starts at 0, and ends at 1 if any share is above one half.
  static PlotAxis shares(DoubleStream values) {
    var span = values.filter(Double::isFinite).summaryStatistics();
    if (span.getCount() == 0 || (span.getMin() >= 0 && span.getMax() > 0.5)) {
      return between(0, Math.max(1, span.getMax()));
    }
    PlotAxis axis = between(Math.min(0, span.getMin()), Math.max(0.01, span.getMax()));
    // To the next tick, so that a reader sees what the end of the axis is.
    return between(
        axis.step() * Math.floor(axis.low() / axis.step() + 1e-9),
        axis.step() * Math.ceil(axis.high() / axis.step() - 1e-9));
  }

  /// A logarithmic axis around these positive values: the powers of ten, or 1, 2, 5 where they are
  /// too few, or evenly spaced ones where even these are.
  static PlotAxis logarithmic(DoubleStream values) {
    var span = values.filter(value -> value > 0).summaryStatistics();
    double low = span.getCount() == 0 ? 1 : span.getMin();
    double high = span.getCount() == 0 ? 10 : span.getMax();
    if (low == high) {
      low /= 2;
      high *= 2;
    }
    List<Double> ticks = decades(low, high, 1);
    if (ticks.size() < FEW) {
      ticks = decades(low, high, 1, 2, 5);
    }
    if (ticks.size() < FEW) {
      ticks = within(low, high, between(low, high).ticks());
    }
    return new PlotAxis(low, high, 0, ticks);
  }

  /// The position of a value, from 0 at the beginning to 100 at the end.
  double place(double value) {
    return 100
        * (logarithmic()
            ? Math.log(value / low) / Math.log(high / low)
            : (value - low) / (high - low));
  }

  /// The position as an SVG attribute, counted from the beginning: `62.5%`.
  String along(double value) {
    return percent(place(value));
  }

  /// The position counted from the end, as for a vertical axis of the screen.
  String down(double value) {
    return percent(100 - place(value));
  }

  String name(double tick, String unit) {
    return logarithmic() ? PlotNumbers.brief(tick, "") : PlotNumbers.tick(tick, step, unit);
  }

  private boolean logarithmic() {
    return step == 0;
  }

  static String percent(double place) {
    return decimal(place) + "%";
  }

  /// A coordinate with two decimals in SVG notation, whatever the locale.
  static String decimal(double coordinate) {
    return String.format(Locale.ROOT, "%.2f", coordinate);
  }

  private static PlotAxis between(double least, double most) {
    double step = round((most - least) / TICKS);
    long first = (long) Math.ceil(least / step - 1e-9);
    long last = (long) Math.floor(most / step + 1e-9);
    List<Double> ticks = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      ticks.add(i * step);
    }
    return new PlotAxis(least, most, step, List.copyOf(ticks));
  }

  /// The number 1, 2 or 5 times a power of ten that is not below `step`.
  private static double round(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    return DoubleStream.of(power, 2 * power, 5 * power, 10 * power)
        .filter(candidate -> candidate >= step * (1 - 1e-9))
        .findFirst()
        .orElse(10 * power);
  }

  private static List<Double> decades(double low, double high, double... factors) {
    List<Double> ticks = new ArrayList<>();
    int last = (int) Math.ceil(Math.log10(high));
    for (int power = (int) Math.floor(Math.log10(low)); power <= last; power++) {
      for (double factor : factors) {
        ticks.add(factor * Math.pow(10, power));
      }
    }
    return within(low, high, ticks);
  }

  private static List<Double> within(double low, double high, List<Double> ticks) {
    return ticks.stream()
        .filter(tick -> tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
        .toList();
  }
}
