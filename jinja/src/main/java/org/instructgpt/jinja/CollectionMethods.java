package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The methods of mappings and lists, of which a template may not change any.
final class CollectionMethods {
  private static final Set<String> CHANGING =
      Set.of(
          "append",
          "extend",
          "insert",
          "pop",
          "remove",
          "clear",
          "reverse",
          "sort",
          "update",
          "setdefault",
          "popitem");

  private CollectionMethods() {}

  /// A method of a mapping; null if it has none of this name.
  static @Nullable Callable of(Map<?, ?> map, String name) {
    return switch (name) {
      case "get" ->
          (a, _) ->
              map.containsKey(Python.key(a.getFirst()))
                  ? map.get(a.getFirst())
                  : a.size() > 1 ? a.get(1) : null;
      case "items" -> (_, _) -> items(map);
      case "keys" -> (_, _) -> new ArrayList<@Nullable Object>(map.keySet());
      case "values" -> (_, _) -> new ArrayList<@Nullable Object>(map.values());
      case "copy" -> (_, _) -> Python.of(map);
      case "pop", "update", "clear", "setdefault", "popitem" -> refused("dict", name);
      default -> null;
    };
  }

  /// The pairs of a mapping.
  static List<@Nullable Object> items(Map<?, ?> map) {
    var items = new ArrayList<@Nullable Object>();
    map.forEach((key, value) -> items.add(Arrays.asList(key, value)));
    return items;
  }

  /// A method of a list; null if it has none of this name.
  static @Nullable Callable of(List<?> list, String name) {
    return switch (name) {
      case "index" -> (a, _) -> index(list, a.getFirst());
      case "count" ->
          (a, _) -> list.stream().filter(each -> Python.areEqual(each, a.getFirst())).count();
      case "copy" -> (_, _) -> new ArrayList<@Nullable Object>(list);
      default -> CHANGING.contains(name) ? refused("list", name) : null;
    };
  }

  private static long index(List<?> list, @Nullable Object wanted) {
    for (int i = 0; i < list.size(); i++) {
      if (Python.areEqual(list.get(i), wanted)) {
        return i;
      }
    }
    throw new TemplateException(Python.repr(wanted) + " is not in the list");
  }

  private static Callable refused(String type, String name) {
    return (_, _) -> {
      throw new TemplateException(
          "%s.%s would change a value, which a template may not".formatted(type, name));
    };
  }
}
