package org.instructgpt.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The arguments of a filter.
///
/// @param positional those without a name
/// @param named those with one
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {

  /// An argument by its place or its name.
  ///
  /// @param usual what it is if it is not given
  @Nullable Object at(int place, String name, @Nullable Object usual) {
    if (positional.size() > place) {
      return positional.get(place);
    }
    return named.containsKey(name) ? named.get(name) : usual;
  }

  /// The arguments without a name from a place on.
  List<@Nullable Object> from(int place) {
    return positional.subList(Math.min(place, positional.size()), positional.size());
  }
}
