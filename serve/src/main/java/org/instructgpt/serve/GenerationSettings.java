package org.instructgpt.serve;

import java.util.ArrayList;
import java.util.List;

/// How a completion is generated.
///
/// @param longest the most tokens of the completion; 0 for none
/// @param temperature the logits' divisor; 0 takes the likeliest token
/// @param topP tokens are drawn from the likeliest that together have this probability; 1 for all
/// @param stops strings before which the completion ends
/// @param seed the same seed gives the same completion
public record GenerationSettings(
    int longest, double temperature, double topP, List<String> stops, long seed) {
  public static final int LONGEST = 1 << 20;
  public static final double HOTTEST = 2;
  public static final int MOST_STOPS = 4;
  public static final int LONGEST_STOP = 60;

  /// Checks the ranges.
  ///
  /// @throws IllegalArgumentException with all that is wrong
  public GenerationSettings {
    stops = List.copyOf(stops);
    var wrong = new ArrayList<String>();
    if (longest < 0 || longest > LONGEST) {
      wrong.add("longest must be 0 to %d, but is %d".formatted(LONGEST, longest));
    }
    if (!(temperature >= 0 && temperature <= HOTTEST)) {
      wrong.add("temperature must be 0 to %.0f, but is %s".formatted(HOTTEST, temperature));
    }
    if (!(topP > 0 && topP <= 1)) {
      wrong.add("top p must be above 0 and at most 1, but is " + topP);
    }
    if (stops.size() > MOST_STOPS
        || stops.stream().anyMatch(each -> each.isEmpty() || each.length() > LONGEST_STOP)) {
      wrong.add(
          "stops must be at most %d texts of 1 to %d characters, but are %s"
              .formatted(MOST_STOPS, LONGEST_STOP, stops));
    }
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", wrong));
    }
  }
}
