package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/// The ranges of numbers in the first rows of a file, to infer a scale that a single row does not
/// show: whether 1 is the best of two values or the worst of five.
final class ScaleEvidence {
  static final ScaleEvidence NONE = new ScaleEvidence(List.of());

  private final List<JsonNode> rows;
  private final Map<String, Range> ranges = new HashMap<>();

  ScaleEvidence(List<JsonNode> rows) {
    this.rows = List.copyOf(rows);
  }

  /// The range of the numbers in a field.
  record Range(double least, double most, boolean whole, int distinct) {
    boolean within(double low, double high) {
      return least >= low && most <= high;
    }

    String description() {
      return distinct == 0
          ? "none"
          : least == most ? plain(least) + " alone" : plain(least) + " to " + plain(most);
    }
  }

  static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }

  /// The numbers in a field of the first rows.
  Range range(String field) {
    return range(field, row -> row.path(field));
  }

  Range range(String name, Function<JsonNode, JsonNode> value) {
    return ranges.computeIfAbsent(
        name,
        _ -> {
          double[] numbers =
              rows.stream()
                  .map(value)
                  .map(JsonValues::numeric)
                  .filter(OptionalDouble::isPresent)
                  .mapToDouble(OptionalDouble::getAsDouble)
                  .distinct()
                  .sorted()
                  .toArray();
          boolean whole = java.util.Arrays.stream(numbers).allMatch(n -> n == Math.rint(n));
          return numbers.length == 0
              ? new Range(0, 0, true, 0)
              : new Range(numbers[0], numbers[numbers.length - 1], whole, numbers.length);
        });
  }
}
