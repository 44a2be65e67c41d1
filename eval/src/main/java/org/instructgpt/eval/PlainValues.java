package org.instructgpt.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Unmodifiable copies, in the same order, of maps that JSON holds and gives back equal: texts,
/// booleans, numbers as `Long` or `Double`, lists and maps of them.
final class PlainValues {
  private PlainValues() {}

  /// @throws IllegalArgumentException for a value that JSON cannot hold or give back equal
  static Map<String, Object> copy(Map<String, ?> values) {
    Map<String, Object> copy = new LinkedHashMap<>();
    values.forEach((key, value) -> copy.put(key, plain(key, value)));
    return Collections.unmodifiableMap(copy);
  }

  private static Object plain(String key, @Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean truth -> truth;
      case Byte number -> number.longValue();
      case Short number -> number.longValue();
      case Integer number -> number.longValue();
      case Long number -> number;
      case Float number -> number.doubleValue();
      case Double number when Double.isFinite(number) -> number;
      case List<?> list -> list.stream().map(each -> plain(key, each)).toList();
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach(
            (inner, each) -> copy.put(String.valueOf(inner), plain(key + "." + inner, each)));
        yield Collections.unmodifiableMap(copy);
      }
      case null, default ->
          throw new IllegalArgumentException(
              "about."
                  + key
                  + ": expected a text, a number, a boolean, a list or a map, found "
                  + value);
    };
  }
}
