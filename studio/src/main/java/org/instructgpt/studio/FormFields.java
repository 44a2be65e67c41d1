package org.instructgpt.studio;

import java.util.Arrays;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// Reads fields of forms and queries; a wrong value is an [ApiError] that names the field.
final class FormFields {
  private static final int LONGEST_TEXT = 20_000;

  private FormFields() {}

  /// A whole number within bounds.
  static int number(Exchange exchange, String field, int least, int most) {
    String text = exchange.form(field).strip();
    if (text.matches("\\d{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw ApiError.invalid(field, "label.refused.number", least, most, text);
  }

  /// A text that is neither empty nor too long.
  static String text(Exchange exchange, String field) {
    String text = exchange.form(field).strip();
    if (text.isEmpty()) {
      throw ApiError.invalid(field, "label.refused.empty");
    }
    if (text.length() > LONGEST_TEXT) {
      throw ApiError.invalid(field, "label.refused.long", LONGEST_TEXT);
    }
    return text;
  }

  /// Whether the field holds the first of two values.
  static boolean oneOf(Exchange exchange, String field, String yes, String no) {
    String value = exchange.field(field).orElse("");
    if (!value.equals(yes) && !value.equals(no)) {
      throw ApiError.invalid(field, "label.refused.choose");
    }
    return value.equals(yes);
  }

  /// The constant of this name.
  static <E extends Enum<E>> E constant(Class<E> type, String field, String name) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(name))
        .findFirst()
        .orElseThrow(() -> ApiError.invalid(field, "label.refused.choice", name));
  }

  /// The number of the requested page of a list, from 0.
  static int page(Exchange exchange) {
    return exchange
        .query("page")
        .filter(number -> number.matches("[0-9]{1,5}"))
        .map(Integer::parseInt)
        .orElse(0);
  }
}
