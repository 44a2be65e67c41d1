package org.instructgpt.hub;

import java.util.Locale;

/// Numbers of bytes as people read them.
final class DataSize {
  private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};

  private DataSize() {}

  /// Such as `1.23 GB`, where a GB is 1,000,000,000.
  static String of(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0
        ? "%d bytes".formatted(bytes)
        : String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.0f %s", value, UNITS[unit]);
  }
}
