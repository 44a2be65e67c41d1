package org.instructgpt.recipe;

import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// Converts single values, spelled as text, to the type of a setting.
public final class YamlScalars {

  private YamlScalars() {}

  /// `text` as a value of `type`: a number, a boolean, a string, a path or a constant of an enum.
  ///
  /// @throws IllegalArgumentException when it is not one; the message is what was expected
  static Object read(String text, Class<?> type) {
    return switch (type.getName()) {
      case "int", "java.lang.Integer" -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "long", "java.lang.Long" -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
      case "double", "java.lang.Double" -> number(text).doubleValue();
      case "float", "java.lang.Float" -> number(text).floatValue();
      case "boolean", "java.lang.Boolean" -> truth(text);
      case "java.lang.String" -> text;
      case "java.nio.file.Path" -> Path.of(text);
      default -> constant(text, type);
    };
  }

  /// How a constant of an enum is spelled in recipes and reports: `GELU_NEW` is `gelu_new`, unless
  /// its `toString` says otherwise.
  public static String spelling(Enum<?> constant) {
    return constant.toString().toLowerCase(Locale.ROOT);
  }

  private static long whole(String text, long least, long most) {
    try {
      var value = number(text).longValueExact();
      if (value >= least && value <= most) {
        return value;
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("expected a whole number", e);
    }
    throw new IllegalArgumentException("expected a whole number from " + least + " to " + most);
  }

  /// Through [BigDecimal], which takes `9e-6` (a string to YAML 1.1) and refuses `NaN`, `0x10` and
  /// `1f`.
  private static BigDecimal number(String text) {
    try {
      return new BigDecimal(text.replace("_", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a number", e);
    }
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("expected true or false");
    };
  }

  /// A constant by its spelling; an enum that has its own `named(String)` knows more names (`auto`,
  /// say).
  private static Object constant(String text, Class<?> type) {
    if (!type.isEnum()) {
      throw new IllegalStateException("a setting cannot be of the type " + type.getName());
    }
    try {
      return type.getMethod("named", String.class).invoke(null, text);
    } catch (InvocationTargetException e) {
      var refused = e.getCause();
      throw new IllegalArgumentException(refused == null ? "refused" : refused.getMessage(), e);
    } catch (ReflectiveOperationException _) {
      return spelled(text.replace('-', '_'), type.getEnumConstants());
    }
  }

  private static Object spelled(String text, Object[] constants) {
    var names = Arrays.stream(constants).map(constant -> spelling((Enum<?>) constant)).toList();
    int found = names.indexOf(text.toLowerCase(Locale.ROOT));
    if (found < 0) {
      throw new IllegalArgumentException("expected one of " + String.join(", ", names));
    }
    return constants[found];
  }
}
