package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// A row of length statistics: count, mean, standard deviation and quartiles of some lengths, in
/// the columns of the paper's Tables 9 to 11. The deviation divides by n - 1 and the quartiles are
/// interpolated, as pandas' `describe` does.
final class LengthSummary {
  private LengthSummary() {}

  static List<String> head(String first) {
    return List.of(first, "count", "mean", "std", "min", "25%", "50%", "75%", "max");
  }

  static List<String> row(String name, IntStream lengths) {
    int[] sorted = lengths.sorted().toArray();
    int n = sorted.length;
    List<String> row = new ArrayList<>(List.of(name, String.format(Locale.ROOT, "%,d", n)));
    if (n == 0) {
      row.addAll(Collections.nCopies(7, "-"));
      return row;
    }
    double mean = IntStream.of(sorted).average().orElseThrow();
    double squares = IntStream.of(sorted).mapToDouble(x -> (x - mean) * (x - mean)).sum();
    row.add(whole(mean));
    row.add(n == 1 ? "-" : whole(Math.sqrt(squares / (n - 1))));
    for (int quarter = 0; quarter <= 4; quarter++) {
      row.add(whole(quantile(sorted, quarter / 4.0)));
    }
    return row;
  }

  /// The quantile at a share from 0 to 1, linearly interpolated.
  static double quantile(int[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
  }
}
