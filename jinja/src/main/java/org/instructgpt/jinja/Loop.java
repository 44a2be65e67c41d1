package org.instructgpt.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The variable `loop` of a loop.
///
/// @param depth how many loops this one is called from, itself included
record Loop(List<@Nullable Object> all, int depth) {
  /// What `loop` is at an element.
  Map<String, @Nullable Object> at(int index) {
    Map<String, @Nullable Object> loop = new HashMap<>();
    loop.put("index", index + 1L);
    loop.put("index0", (long) index);
    loop.put("revindex", (long) all.size() - index);
    loop.put("revindex0", all.size() - index - 1L);
    loop.put("first", index == 0);
    loop.put("last", index == all.size() - 1);
    loop.put("length", (long) all.size());
    loop.put("depth", (long) depth);
    loop.put("depth0", depth - 1L);
    loop.put(
        "previtem", index > 0 ? all.get(index - 1) : new Undefined("there is no previous item"));
    loop.put(
        "nextitem",
        index + 1 < all.size() ? all.get(index + 1) : new Undefined("there is no next item"));
    Callable cycle = (values, _) -> values.isEmpty() ? null : values.get(index % values.size());
    loop.put("cycle", cycle);
    return loop;
  }
}
