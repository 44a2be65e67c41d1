package org.instructgpt.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a template can call: a function, a method, a macro.
@FunctionalInterface
interface Callable {
  @Nullable Object call(List<@Nullable Object> arguments, Map<String, @Nullable Object> named);
}
