package org.instructgpt.jinja;

import org.jspecify.annotations.Nullable;

/// An expression of a template.
@FunctionalInterface
interface Expression {
  @Nullable Object value(NameScope scope);
}
