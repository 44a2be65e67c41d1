package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What Python does with the values of a template: null, Boolean, Long, Double, String, List, Map
/// with any keys, [Undefined], [Callable].
final class Python {
  private Python() {}

  /// Brings values of Java into those that templates know.
  static @Nullable Object of(@Nullable Object value) {
    Allowance.elements(1);
    return switch (value) {
      case Integer n -> (Object) n.longValue();
      case Short n -> n.longValue();
      case Float n -> n.doubleValue();
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<@Nullable Object, @Nullable Object>();
        map.forEach((key, each) -> copy.put(of(key), of(each)));
        yield copy;
      }
      case Collection<?> list -> {
        var copy = new ArrayList<@Nullable Object>();
        list.forEach(each -> copy.add(of(each)));
        yield copy;
      }
      case null -> null;
      default -> value;
    };
  }

  static boolean isTrue(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean yes -> yes;
      case Long n -> n != 0;
      case Double n -> n != 0;
      case String text -> !text.isEmpty();
      case Collection<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Undefined _ -> false;
      default -> true;
    };
  }

  /// The name of a value's type.
  static String type(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean _ -> "bool";
      case Long _ -> "int";
      case Double _ -> "float";
      case String _ -> "str";
      case List<?> _ -> "list";
      case Map<?, ?> _ -> "dict";
      case Undefined _ -> "undefined";
      case Namespace _ -> "namespace";
      default -> "function";
    };
  }

  /// As it is printed.
  static String text(@Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Undefined _ -> "";
      case null, default -> repr(value);
    };
  }

  /// As Python's `repr` gives it.
  static String repr(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean yes -> yes ? "True" : "False";
      case String text -> Strings.quoted(text);
      case Double n -> digits(n);
      case Long n -> n.toString();
      case Undefined _ -> "Undefined";
      case List<?> _, Map<?, ?> _ -> {
        var text = new MadeText();
        repr(value, text);
        yield text.toString();
      }
      default -> "<" + type(value) + ">";
    };
  }

  private static void repr(@Nullable Object value, MadeText text) {
    switch (value) {
      case List<?> list -> {
        text.append('[');
        for (int i = 0; i < list.size(); i++) {
          repr(list.get(i), text.append(i == 0 ? "" : ", "));
        }
        text.append(']');
      }
      case Map<?, ?> map -> {
        text.append('{');
        int place = 0;
        for (var each : map.entrySet()) {
          repr(each.getKey(), text.append(place++ == 0 ? "" : ", "));
          repr(each.getValue(), text.append(": "));
        }
        text.append('}');
      }
      case null, default -> text.append(repr(value));
    }
  }

  /// The shortest digits that give the number back, in Python's form.
  static String digits(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    var exact = new java.math.BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    if (exponent < -4 || exponent >= 16) {
      var digits = exact.unscaledValue().abs().toString();
      var fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return "%s%s%se%s%02d"
          .formatted(
              value < 0 ? "-" : "",
              digits.charAt(0),
              fraction,
              exponent < 0 ? "-" : "+",
              Math.abs(exponent));
    }
    var plain = exact.toPlainString();
    return plain.contains(".") ? plain : plain + ".0";
  }

  static boolean areEqual(@Nullable Object a, @Nullable Object b) {
    Allowance.elements(1);
    if (isNumber(a) && isNumber(b)) {
      return a instanceof Double || b instanceof Double
          ? number(a).doubleValue() == number(b).doubleValue()
          : number(a).longValue() == number(b).longValue();
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      if (x.size() != y.size()) {
        return false;
      }
      for (int i = 0; i < x.size(); i++) {
        if (!areEqual(x.get(i), y.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(each ->
                  y.containsKey(each.getKey()) && areEqual(each.getValue(), y.get(each.getKey())));
    }
    if (a instanceof Undefined || b instanceof Undefined) {
      return a instanceof Undefined && b instanceof Undefined;
    }
    Allowance.look(a);
    return Objects.equals(a, b);
  }

  /// A value as a key of a mapping, or an element of a set.
  ///
  /// @throws TemplateException if it can be none: a mapping, or a list with more than plain values
  static @Nullable Object key(@Nullable Object value) {
    boolean plain =
        !(value instanceof Map)
            && !(value instanceof List<?> list
                && list.stream().anyMatch(each -> each instanceof List || each instanceof Map));
    if (!plain) {
      throw new TemplateException("a %s can be no key: it is unhashable".formatted(type(value)));
    }
    Allowance.look(value);
    return value;
  }

  static boolean isNumber(@Nullable Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  static Number number(@Nullable Object value) {
    return switch (value) {
      case Long n -> n;
      case Double n -> n;
      case Boolean yes -> yes ? 1L : 0L;
      case Undefined undefined -> throw undefined.error();
      case null, default -> throw new TemplateException("expected a number, found " + type(value));
    };
  }

  static int compare(@Nullable Object a, @Nullable Object b) {
    Allowance.elements(1);
    if (isNumber(a) && isNumber(b)) {
      return Double.compare(number(a).doubleValue(), number(b).doubleValue());
    }
    if (a instanceof String x && b instanceof String y) {
      Allowance.look(x.length() < y.length() ? x : y);
      return x.compareTo(y);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        if (!areEqual(x.get(i), y.get(i))) {
          return compare(x.get(i), y.get(i));
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    throw new TemplateException("'<' cannot compare %s with %s".formatted(type(a), type(b)));
  }

  static boolean contains(@Nullable Object whole, @Nullable Object part) {
    return switch (whole) {
      case String text -> {
        if (!(part instanceof String some)) {
          throw new TemplateException(
              "'in' expected a text to look for in a text, found " + type(part));
        }
        Allowance.search(text, some);
        yield text.contains(some);
      }
      case Map<?, ?> map -> map.keySet().stream().anyMatch(key -> areEqual(key, part));
      case Undefined _ -> false;
      case null, default -> list(whole).stream().anyMatch(each -> areEqual(each, part));
    };
  }

  /// What a loop goes over.
  static List<@Nullable Object> list(@Nullable Object value) {
    return switch (value) {
      case List<?> list -> Allowance.made(new ArrayList<>(list));
      case Map<?, ?> map -> Allowance.made(new ArrayList<>(map.keySet()));
      case String text -> {
        Allowance.elements(3L * text.length()); // each a text of its own
        var letters = new ArrayList<@Nullable Object>();
        text.codePoints().forEach(c -> letters.add(Character.toString(c)));
        yield letters;
      }
      case Undefined _ -> new ArrayList<>();
      case null, default -> throw new TemplateException("expected a list, found " + type(value));
    };
  }

  static long length(@Nullable Object value) {
    return switch (value) {
      case String text -> text.codePointCount(0, text.length());
      case Collection<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case Undefined _ -> 0;
      case null, default -> throw new TemplateException(type(value) + " has no length");
    };
  }

  static @Nullable Object binary(String operator, @Nullable Object a, @Nullable Object b) {
    if (a instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (b instanceof Undefined undefined) {
      throw undefined.error();
    }
    return switch (operator) {
      case "+" -> plus(a, b);
      case "*" -> times(a, b);
      case "%" ->
          a instanceof String text
              ? Formats.percent(text, b instanceof List<?> ? list(b) : oneOf(b))
              : arithmetic(operator, a, b);
      default -> arithmetic(operator, a, b);
    };
  }

  private static List<@Nullable Object> oneOf(@Nullable Object value) {
    var list = new ArrayList<@Nullable Object>();
    list.add(value);
    return list;
  }

  private static Object plus(@Nullable Object a, @Nullable Object b) {
    if (a instanceof String x && b instanceof String y) {
      return new MadeText().append(x).append(y).toString();
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      var sum = new ArrayList<@Nullable Object>(x);
      sum.addAll(y);
      return Allowance.made(sum);
    }
    return arithmetic("+", a, b);
  }

  private static Object times(@Nullable Object a, @Nullable Object b) {
    if (b instanceof String && a instanceof Long) {
      return times(b, a);
    }
    if (a instanceof String text && b instanceof Long n) {
      return Allowance.made(MadeText.repeated(text, n));
    }
    return arithmetic("*", a, b);
  }

  private static Object arithmetic(String operator, @Nullable Object a, @Nullable Object b) {
    if (!isNumber(a) || !isNumber(b)) {
      throw new TemplateException(
          "'%s' cannot join %s with %s".formatted(operator, type(a), type(b)));
    }
    boolean whole = !(a instanceof Double) && !(b instanceof Double);
    double x = number(a).doubleValue();
    double y = number(b).doubleValue();
    long m = number(a).longValue();
    long n = number(b).longValue();
    if ("/ // %".contains(operator) && y == 0) {
      throw new TemplateException("division by zero");
    }
    return switch (operator) {
      case "+" -> whole ? (Object) Math.addExact(m, n) : (Object) (x + y);
      case "-" -> whole ? (Object) Math.subtractExact(m, n) : (Object) (x - y);
      case "*" -> whole ? (Object) Math.multiplyExact(m, n) : (Object) (x * y);
      case "/" -> x / y;
      case "//" -> whole ? (Object) Math.floorDivExact(m, n) : (Object) Math.floor(x / y);
      case "%" -> whole ? (Object) Math.floorMod(m, n) : (Object) (x - y * Math.floor(x / y));
      case "**" -> whole && n >= 0 ? (Object) power(m, n) : (Object) Math.pow(x, y);
      default -> throw new TemplateException("unknown operator " + operator);
    };
  }

  private static long power(long base, long exponent) {
    if (Math.abs(Math.pow(base, exponent)) > Long.MAX_VALUE) {
      throw new ArithmeticException("too large");
    }
    long power = 1;
    boolean plain = base >= -1 && base <= 1; // then no power is large, whatever the exponent
    for (long i = plain ? exponent % 2 + (exponent > 1 ? 2 : 0) : exponent; i > 0; i--) {
      power = Math.multiplyExact(power, base);
    }
    return power;
  }
}
