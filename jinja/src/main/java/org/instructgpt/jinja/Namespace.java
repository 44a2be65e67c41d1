package org.instructgpt.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An object whose attributes a template may set: `namespace(found=false)`.
final class Namespace {
  private final Map<String, @Nullable Object> attributes;

  Namespace(Map<String, @Nullable Object> attributes) {
    this.attributes = new HashMap<>(attributes);
  }

  @Nullable Object get(String name) {
    return attributes.containsKey(name)
        ? attributes.get(name)
        : new Undefined("the namespace has no attribute '" + name + "'");
  }

  void set(String name, @Nullable Object value) {
    attributes.put(name, value);
  }
}
