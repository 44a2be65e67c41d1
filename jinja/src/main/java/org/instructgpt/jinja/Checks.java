package org.instructgpt.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tests of templates, `value is name`.
final class Checks {
  /// A test with its further arguments.
  @FunctionalInterface
  interface Check {
    boolean holds(@Nullable Object value, List<@Nullable Object> arguments);
  }

  private static final Map<String, Check> ALL =
      Map.ofEntries(
          Map.entry("defined", (v, _) -> !(v instanceof Undefined)),
          Map.entry("undefined", (v, _) -> v instanceof Undefined),
          Map.entry("none", (v, _) -> v == null),
          Map.entry("boolean", (v, _) -> v instanceof Boolean),
          Map.entry("true", (v, _) -> Boolean.TRUE.equals(v)),
          Map.entry("false", (v, _) -> Boolean.FALSE.equals(v)),
          Map.entry("string", (v, _) -> v instanceof String),
          Map.entry("number", (v, _) -> Python.isNumber(v)),
          Map.entry("integer", (v, _) -> v instanceof Long),
          Map.entry("float", (v, _) -> v instanceof Double),
          Map.entry("mapping", (v, _) -> v instanceof Map),
          Map.entry("sequence", (v, _) -> isSequence(v)),
          Map.entry("iterable", (v, _) -> isSequence(v) || v instanceof Undefined),
          Map.entry("callable", (v, _) -> v instanceof Callable),
          Map.entry("even", (v, _) -> Python.number(v).longValue() % 2 == 0),
          Map.entry("odd", (v, _) -> Python.number(v).longValue() % 2 != 0),
          Map.entry("divisibleby", (v, a) -> isZero(Python.binary("%", v, a.getFirst()))),
          Map.entry("eq", (v, a) -> Python.areEqual(v, a.getFirst())),
          Map.entry("equalto", (v, a) -> Python.areEqual(v, a.getFirst())),
          Map.entry("==", (v, a) -> Python.areEqual(v, a.getFirst())),
          Map.entry("ne", (v, a) -> !Python.areEqual(v, a.getFirst())),
          Map.entry("!=", (v, a) -> !Python.areEqual(v, a.getFirst())),
          Map.entry("sameas", (v, a) -> Python.areEqual(v, a.getFirst())),
          Map.entry("lt", (v, a) -> Python.compare(v, a.getFirst()) < 0),
          Map.entry("lessthan", (v, a) -> Python.compare(v, a.getFirst()) < 0),
          Map.entry("<", (v, a) -> Python.compare(v, a.getFirst()) < 0),
          Map.entry("le", (v, a) -> Python.compare(v, a.getFirst()) <= 0),
          Map.entry("<=", (v, a) -> Python.compare(v, a.getFirst()) <= 0),
          Map.entry("gt", (v, a) -> Python.compare(v, a.getFirst()) > 0),
          Map.entry("greaterthan", (v, a) -> Python.compare(v, a.getFirst()) > 0),
          Map.entry(">", (v, a) -> Python.compare(v, a.getFirst()) > 0),
          Map.entry("ge", (v, a) -> Python.compare(v, a.getFirst()) >= 0),
          Map.entry(">=", (v, a) -> Python.compare(v, a.getFirst()) >= 0),
          Map.entry("in", (v, a) -> Python.contains(a.getFirst(), v)),
          Map.entry(
              "lower", (v, _) -> v instanceof String s && s.equals(s.toLowerCase(Locale.ROOT))),
          Map.entry(
              "upper", (v, _) -> v instanceof String s && s.equals(s.toUpperCase(Locale.ROOT))));

  private Checks() {}

  private static boolean isZero(@Nullable Object rest) {
    return Python.number(rest).doubleValue() == 0;
  }

  private static boolean isSequence(@Nullable Object value) {
    return value instanceof String || value instanceof List || value instanceof Map;
  }

  /// The test of a name.
  ///
  /// @throws TemplateException if there is none
  static Check named(String name) {
    var check = ALL.get(name);
    if (check == null) {
      throw new TemplateException("there is no test called '" + name + "'");
    }
    return check;
  }
}
