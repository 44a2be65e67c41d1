package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Attributes, items and slices of values.
final class Access {
  private Access() {}

  /// `value.name`: a method or attribute, else an item.
  static @Nullable Object attribute(@Nullable Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (value instanceof Namespace namespace) {
      return namespace.get(name);
    }
    var method = method(value, name);
    if (method != null) {
      Allowance.look(value);
      return method;
    }
    return value instanceof Map<?, ?> map && map.containsKey(name)
        ? map.get(name)
        : missing(value, name);
  }

  private static @Nullable Callable method(@Nullable Object value, String name) {
    return switch (value) {
      case String text -> TextMethods.of(text, name);
      case Map<?, ?> map -> CollectionMethods.of(map, name);
      case List<?> list -> CollectionMethods.of(list, name);
      case null, default -> null;
    };
  }

  private static Undefined missing(@Nullable Object value, Object name) {
    return new Undefined(
        "'%s object' has no attribute %s".formatted(Python.type(value), Python.repr(name)));
  }

  /// `value[key]`: an item, else an attribute.
  static @Nullable Object item(@Nullable Object value, @Nullable Object key) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (value instanceof Map<?, ?> map) {
      if (map.containsKey(Python.key(key))) {
        return map.get(key);
      }
    } else if (key instanceof Long index) {
      if (value instanceof List<?> list) {
        long at = index < 0 ? index + list.size() : index;
        return at >= 0 && at < list.size()
            ? list.get((int) at)
            : new Undefined("%s object has no element %d".formatted(Python.type(value), index));
      }
      if (value instanceof String text) {
        return letter(text, index);
      }
    }
    return key instanceof String name
        ? attribute(value, name)
        : missing(value, String.valueOf(key));
  }

  private static Object letter(String text, long index) {
    Allowance.look(text);
    int size = text.codePointCount(0, text.length());
    long at = index < 0 ? index + size : index;
    return at >= 0 && at < size
        ? Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at)))
        : new Undefined("str object has no element %d".formatted(index));
  }

  /// `value[from:to:step]`.
  static Object slice(
      @Nullable Object value, @Nullable Object from, @Nullable Object to, @Nullable Object step) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    long by = step == null ? 1 : Python.number(step).longValue();
    if (by == 0) {
      throw new TemplateException("a slice's step must not be zero");
    }
    int size = Math.toIntExact(Python.length(value));
    long first = bound(from, by > 0 ? 0 : size - 1L, size, by);
    long end = bound(to, by > 0 ? size : -1, size, by);
    if (value instanceof String text && by == 1) {
      int start = text.offsetByCodePoints(0, (int) first);
      int count = (int) Math.max(0, end - first);
      return Allowance.made(text.substring(start, text.offsetByCodePoints(start, count)));
    }
    var all = Python.list(value);
    long stride = Math.clamp(by, -size - 1L, size + 1L); // beyond that there is no second element
    var some = new ArrayList<@Nullable Object>();
    for (long i = first; by > 0 ? i < end : i > end; i += stride) {
      some.add(all.get((int) i));
    }
    if (value instanceof String) {
      var text = new StringBuilder();
      some.forEach(text::append);
      return text.toString();
    }
    return some;
  }

  private static long bound(@Nullable Object given, long usual, int size, long step) {
    if (given == null) {
      return usual;
    }
    long index = Python.number(given).longValue();
    long at = index < 0 ? index + size : index;
    return step > 0 ? Math.clamp(at, 0, size) : Math.clamp(at, -1, size - 1L);
  }
}
