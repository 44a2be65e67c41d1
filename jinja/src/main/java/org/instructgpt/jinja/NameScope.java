package org.instructgpt.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that a part of a template sees.
final class NameScope {
  /// The most characters that a template may write.
  static final int CHARACTERS = 8_000_000;

  private final @Nullable NameScope outer;
  private final Map<String, @Nullable Object> names = new HashMap<>();

  /// @param names those of all parts
  NameScope(Map<String, @Nullable Object> names) {
    this.outer = null;
    this.names.putAll(names);
  }

  private NameScope(NameScope outer) {
    this.outer = outer;
  }

  /// One whose new names are its own.
  NameScope inner() {
    return new NameScope(this);
  }

  void set(String name, @Nullable Object value) {
    names.put(name, value);
  }

  /// Gives a value to a name, or its elements to several.
  void assign(List<String> names, @Nullable Object value) {
    if (names.size() == 1) {
      set(names.getFirst(), value);
      return;
    }
    var parts = Python.list(value);
    if (parts.size() != names.size()) {
      throw new TemplateException(
          "expected %d values for %s, found %d"
              .formatted(names.size(), String.join(", ", names), parts.size()));
    }
    for (int i = 0; i < names.size(); i++) {
      set(names.get(i), parts.get(i));
    }
  }

  @Nullable Object get(String name) {
    for (NameScope scope = this; scope != null; scope = scope.outer) {
      if (scope.names.containsKey(name)) {
        return scope.names.get(name);
      }
    }
    return new Undefined("'" + name + "' is undefined");
  }
}
