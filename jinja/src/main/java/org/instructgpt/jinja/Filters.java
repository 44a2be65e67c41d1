package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The filters of templates, `value | name`.
final class Filters {
  /// A filter with its further arguments.
  @FunctionalInterface
  interface Filter {
    @Nullable Object apply(@Nullable Object value, Arguments arguments);
  }

  private static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("length", (v, _) -> Python.length(v)),
          Map.entry("count", (v, _) -> Python.length(v)),
          Map.entry("trim", (v, a) -> trimmed(v, a)),
          Map.entry("upper", (v, _) -> Python.text(v).toUpperCase(Locale.ROOT)),
          Map.entry("lower", (v, _) -> Python.text(v).toLowerCase(Locale.ROOT)),
          Map.entry("title", (v, _) -> method(Python.text(v), "title", List.of())),
          Map.entry("capitalize", (v, _) -> TextMethods.capitalized(Python.text(v))),
          Map.entry("replace", (v, a) -> method(Python.text(v), "replace", a.positional())),
          Map.entry("join", Filters::joined),
          Map.entry("first", (v, _) -> end(Python.list(v), true)),
          Map.entry("last", (v, _) -> end(Python.list(v), false)),
          Map.entry("list", (v, _) -> Python.list(v)),
          Map.entry("string", (v, _) -> Python.text(v)),
          Map.entry("safe", (v, _) -> v),
          Map.entry("escape", (v, _) -> escaped(Python.text(v))),
          Map.entry("e", (v, _) -> escaped(Python.text(v))),
          Map.entry("int", Filters::integer),
          Map.entry("float", (v, a) -> real(v, a)),
          Map.entry("abs", (v, _) -> absolute(v)),
          Map.entry("round", Filters::rounded),
          Map.entry("default", Filters::orDefault),
          Map.entry("d", Filters::orDefault),
          Map.entry("items", (v, _) -> pairs(v)),
          Map.entry("dictsort", (v, _) -> sorted(pairs(v), new Arguments(List.of(), Map.of()))),
          Map.entry("sort", (v, a) -> sorted(Python.list(v), a)),
          Map.entry("reverse", (v, _) -> reversed(v)),
          Map.entry("unique", (v, _) -> unique(Python.list(v))),
          Map.entry("min", (v, _) -> extreme(v, true)),
          Map.entry("max", (v, _) -> extreme(v, false)),
          Map.entry("sum", Filters::sum),
          Map.entry("map", Filters::mapped),
          Map.entry("select", (v, a) -> chosen(v, each -> passes(each, a, 0), true)),
          Map.entry("reject", (v, a) -> chosen(v, each -> passes(each, a, 0), false)),
          Map.entry("selectattr", (v, a) -> chosen(v, each -> passes(of(each, a), a, 1), true)),
          Map.entry("rejectattr", (v, a) -> chosen(v, each -> passes(of(each, a), a, 1), false)),
          Map.entry("attr", (v, a) -> Access.attribute(v, Python.text(a.at(0, "name", "")))),
          Map.entry("indent", Filters::indented),
          Map.entry("wordcount", (v, _) -> (long) Python.text(v).strip().split("\\s+", -1).length),
          Map.entry(
              "format", (v, a) -> Formats.percent(Python.text(v), Python.list(a.positional()))),
          Map.entry("groupby", Filters::grouped),
          Map.entry("batch", Filters::batched),
          Map.entry("tojson", Filters::json));

  private Filters() {}

  /// The filter of a name.
  ///
  /// @throws TemplateException if there is none
  static Filter named(String name) {
    var filter = ALL.get(name);
    if (filter == null) {
      throw new TemplateException("there is no filter called '" + name + "'");
    }
    return (value, arguments) -> {
      Allowance.look(value);
      arguments.positional().forEach(Allowance::look);
      var made = filter.apply(value, arguments);
      Allowance.pay(made);
      return made;
    };
  }

  private static @Nullable Object method(String text, String name, List<@Nullable Object> with) {
    var method = TextMethods.of(text, name);
    if (method == null) {
      throw new TemplateException("a text has no method " + name);
    }
    return method.call(with, Map.of());
  }

  private static Object trimmed(@Nullable Object value, Arguments arguments) {
    var characters = arguments.at(0, "chars", null);
    return TextMethods.stripped(
        Python.text(value), characters == null ? null : Python.text(characters), true, true);
  }

  private static Object joined(@Nullable Object value, Arguments arguments) {
    var attribute = arguments.at(1, "attribute", null);
    var list = Python.list(value);
    if (attribute != null) {
      list.replaceAll(each -> path(each, attribute));
    }
    return TextMethods.joined(list, Python.text(arguments.at(0, "d", "")));
  }

  private static @Nullable Object end(List<@Nullable Object> list, boolean first) {
    if (list.isEmpty()) {
      return new Undefined("an empty list has no first and no last");
    }
    return first ? list.getFirst() : list.getLast();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  private static @Nullable Object integer(@Nullable Object value, Arguments arguments) {
    if (Python.isNumber(value)) {
      return Python.number(value).longValue();
    }
    try {
      return value instanceof String text
          ? (Object) (long) Double.parseDouble(text.strip())
          : arguments.at(0, "default", 0L);
    } catch (NumberFormatException e) {
      return arguments.at(0, "default", 0L);
    }
  }

  private static @Nullable Object real(@Nullable Object value, Arguments arguments) {
    if (Python.isNumber(value)) {
      return Python.number(value).doubleValue();
    }
    try {
      return value instanceof String text
          ? (Object) Double.parseDouble(text.strip())
          : arguments.at(0, "default", 0.0);
    } catch (NumberFormatException e) {
      return arguments.at(0, "default", 0.0);
    }
  }

  private static Object absolute(@Nullable Object value) {
    return value instanceof Double n
        ? (Object) Math.abs(n)
        : Math.absExact(Python.number(value).longValue());
  }

  private static Object rounded(@Nullable Object value, Arguments arguments) {
    double scale = Math.pow(10, Python.number(arguments.at(0, "precision", 0L)).doubleValue());
    double scaled = Python.number(value).doubleValue() * scale;
    return switch (Python.text(arguments.at(1, "method", "common"))) {
      case "ceil" -> Math.ceil(scaled) / scale;
      case "floor" -> Math.floor(scaled) / scale;
      default -> Math.rint(scaled) / scale;
    };
  }

  private static @Nullable Object orDefault(@Nullable Object value, Arguments arguments) {
    boolean falseToo = Python.isTrue(arguments.at(1, "boolean", false));
    boolean missing = value instanceof Undefined || falseToo && !Python.isTrue(value);
    return missing ? arguments.at(0, "default_value", "") : value;
  }

  private static List<@Nullable Object> pairs(@Nullable Object value) {
    if (value instanceof Undefined) {
      return new ArrayList<>();
    }
    if (value instanceof Map<?, ?> map) {
      return CollectionMethods.items(map);
    }
    throw new TemplateException("expected a mapping, found " + Python.type(value));
  }

  private static List<@Nullable Object> sorted(List<@Nullable Object> list, Arguments arguments) {
    var attribute = arguments.at(2, "attribute", null);
    boolean exact = Python.isTrue(arguments.at(1, "case_sensitive", false));
    var by =
        Comparator.<@Nullable Object, Object>comparing(
            each -> key(attribute == null ? each : path(each, attribute), exact), Python::compare);
    boolean down = Python.isTrue(arguments.at(0, "reverse", false));
    var result = new ArrayList<>(list);
    result.sort(down ? by.reversed() : by);
    return result;
  }

  @SuppressWarnings("NullAway") // None cannot be sorted in Python either
  private static Object key(@Nullable Object value, boolean exact) {
    return value instanceof String text && !exact ? text.toLowerCase(Locale.ROOT) : value;
  }

  private static Object unique(List<@Nullable Object> list) {
    list.forEach(Python::key);
    return new ArrayList<>(new LinkedHashSet<>(list));
  }

  private static Object reversed(@Nullable Object value) {
    if (value instanceof String text) {
      return new StringBuilder(text).reverse().toString();
    }
    var list = Python.list(value);
    Collections.reverse(list);
    return list;
  }

  private static @Nullable Object extreme(@Nullable Object value, boolean least) {
    var list = Python.list(value);
    if (list.isEmpty()) {
      return new Undefined("an empty list has no least and no greatest");
    }
    var order = sorted(list, new Arguments(List.of(), Map.of()));
    return least ? order.getFirst() : order.getLast();
  }

  private static @Nullable Object sum(@Nullable Object value, Arguments arguments) {
    var attribute = arguments.at(0, "attribute", null);
    Object sum = arguments.at(1, "start", 0L);
    for (var each : Python.list(value)) {
      sum = Python.binary("+", sum, attribute == null ? each : path(each, attribute));
    }
    return sum;
  }

  private static Object mapped(@Nullable Object value, Arguments arguments) {
    var attribute = arguments.named().get("attribute");
    var result = new ArrayList<@Nullable Object>();
    if (attribute != null) {
      for (var each : some(value)) {
        var found = path(each, attribute);
        boolean replaced = found instanceof Undefined && arguments.named().containsKey("default");
        result.add(replaced ? arguments.named().get("default") : found);
      }
      return result;
    }
    var filter = named(Python.text(arguments.at(0, "filter", "")));
    var rest = new Arguments(arguments.from(1), arguments.named());
    some(value).forEach(each -> result.add(filter.apply(each, rest)));
    return result;
  }

  /// An attribute, or one of an attribute: `a.b`, `0`.
  private static @Nullable Object path(@Nullable Object value, Object attribute) {
    if (attribute instanceof Long index) {
      return Access.item(value, index);
    }
    Object found = value;
    for (var name : Python.text(attribute).split("\\.", -1)) {
      found = Access.item(found, name.matches("\\d{1,18}") ? (Object) Long.valueOf(name) : name);
    }
    return found;
  }

  private static @Nullable Object of(@Nullable Object value, Arguments arguments) {
    return path(value, Python.text(arguments.at(0, "attribute", "")));
  }

  private static boolean passes(@Nullable Object value, Arguments arguments, int at) {
    var all = arguments.positional();
    return all.size() <= at
        ? Python.isTrue(value)
        : Checks.named(Python.text(all.get(at))).holds(value, arguments.from(at + 1));
  }

  /// The elements of a value; none of what is false, such as None.
  private static List<@Nullable Object> some(@Nullable Object value) {
    return Python.isTrue(value) ? Python.list(value) : List.of();
  }

  private static Object chosen(
      @Nullable Object value, Predicate<@Nullable Object> test, boolean wanted) {
    var result = new ArrayList<@Nullable Object>();
    for (var each : some(value)) {
      if (test.test(each) == wanted) {
        result.add(each);
      }
    }
    return result;
  }

  private static Object indented(@Nullable Object value, Arguments arguments) {
    var width = arguments.at(0, "width", 4L);
    var by =
        width instanceof String text
            ? text
            : MadeText.repeated(" ", Python.number(width).longValue());
    boolean first = Python.isTrue(arguments.at(1, "first", false));
    boolean blank = Python.isTrue(arguments.at(2, "blank", false));
    var lines = Python.text(value).split("\n", -1);
    var result = new MadeText();
    for (int i = 0; i < lines.length; i++) {
      boolean moved = i == 0 ? first : blank || !lines[i].isEmpty();
      result.append(i == 0 ? "" : "\n").append(moved ? by : "").append(lines[i]);
    }
    return result.toString();
  }

  private static Object grouped(@Nullable Object value, Arguments arguments) {
    var attribute = arguments.at(0, "attribute", "");
    var order =
        sorted(
            Python.list(value),
            new Arguments(List.of(), Map.of("attribute", attribute == null ? "" : attribute)));
    var groups = new ArrayList<@Nullable Object>();
    @Nullable Object last = null;
    List<@Nullable Object> members = new ArrayList<>();
    for (var each : order) {
      var key = path(each, Python.text(attribute));
      if (groups.isEmpty() || !Python.areEqual(last, key)) {
        last = key;
        members = new ArrayList<>();
        groups.add(Arrays.asList(key, members));
      }
      members.add(each);
    }
    return groups;
  }

  private static Object batched(@Nullable Object value, Arguments arguments) {
    var all = Python.list(value);
    long wanted = Python.number(arguments.at(0, "linecount", 1L)).longValue();
    int size = Math.clamp(wanted, 1, Math.max(1, all.size()));
    var result = new ArrayList<@Nullable Object>();
    for (int from = 0; from < all.size(); from += size) {
      result.add(new ArrayList<>(all.subList(from, Math.min(all.size(), from + size))));
    }
    return result;
  }

  private static Object json(@Nullable Object value, Arguments arguments) {
    var indent = arguments.at(0, "indent", null);
    return JsonText.of(
        value,
        indent == null ? -1 : Math.clamp(Python.number(indent).longValue(), 0, MadeText.LONGEST),
        Python.isTrue(arguments.named().get("sort_keys")),
        Python.isTrue(arguments.named().get("ensure_ascii")));
  }
}
