package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/// What a JSON value holds, and how messages show it.
final class JsonValues {
  private JsonValues() {}

  /// Missing, null, or NaN or infinite, which Python writes and JSON does not know.
  static boolean absent(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue());
  }

  /// A number, also one that a table holds as text; nothing where there is none.
  static OptionalDouble numeric(JsonNode value) {
    if (value.isNumber() && !absent(value)) {
      return OptionalDouble.of(value.doubleValue());
    }
    if (value.isTextual() && value.textValue().strip().matches("[+-]?[0-9]+([.][0-9]+)?")) {
      return OptionalDouble.of(Double.parseDouble(value.textValue().strip()));
    }
    return OptionalDouble.empty();
  }

  /// A number as the file has it; pandas writes whole ones as `7.0` where others are missing.
  static String number(JsonNode value) {
    if (value.isFloatingPointNumber() && value.doubleValue() == Math.rint(value.doubleValue())) {
      return value.decimalValue().stripTrailingZeros().toPlainString();
    }
    return value.asText();
  }

  /// A value as a message shows it.
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
