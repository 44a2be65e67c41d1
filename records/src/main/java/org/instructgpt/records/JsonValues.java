package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/// Interprets JSON values and formats them for messages.
final class JsonValues {
  private JsonValues() {}

  /// Missing, null, or NaN or infinite, which Python writes and JSON does not know.
  static boolean absent(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue());
  }

  /// A number, or a number written as text, as in tables; empty for other values.
  static OptionalDouble numeric(JsonNode value) {
    if (value.isNumber() && !absent(value)) {
      return OptionalDouble.of(value.doubleValue());
    }
    if (value.isTextual() && value.textValue().strip().matches("[+-]?[0-9]+([.][0-9]+)?")) {
      return OptionalDouble.of(Double.parseDouble(value.textValue().strip()));
    }
    return OptionalDouble.empty();
  }

  /// A number as text; pandas writes whole numbers as `7.0` in a column with missing values, which
  /// becomes `7`.
  static String number(JsonNode value) {
    if (value.isFloatingPointNumber() && value.doubleValue() == Math.rint(value.doubleValue())) {
      return value.decimalValue().stripTrailingZeros().toPlainString();
    }
    return value.asText();
  }

  /// A value as shown in messages.
  static String found(JsonNode value) {
    if (value.isMissingNode()) {
      return "nothing";
    }
    if (value.isTextual()) {
      return RecordChecks.quoted(value.textValue());
    }
    if (value.isArray()) {
      return "an array of " + value.size();
    }
    return value.isObject() ? "an object" : value.toString();
  }
}
