package org.instructgpt.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One value of a recipe or of a `--set` flag. Every value knows where it was written, so that an
/// error message can point there; its type is decided only when it is bound to its setting.
sealed interface YamlNode {

  /// Where the value was written, to stand at the head of a message: `tiny.yaml, line 7`.
  String where();

  /// A single value as it was spelled; null where nothing or `null` was written.
  record Scalar(String where, @Nullable String text) implements YamlNode {
    @Override
    public String toString() {
      return text == null ? "nothing" : '"' + text + '"';
    }
  }

  /// A list of values.
  record Sequence(String where, List<YamlNode> items) implements YamlNode {
    @Override
    public String toString() {
      return "a list";
    }
  }

  /// Keys with their values, in the order they were written.
  record Section(String where, Map<String, YamlNode> entries) implements YamlNode {

    static final Section EMPTY = new Section("nowhere", Map.of());

    /// The section under `key`, empty where there is none.
    ///
    /// @throws IllegalArgumentException when the key holds something else than a section
    public Section section(String key) {
      return switch (entries.get(key)) {
        case null -> EMPTY;
        case Section section -> section;
        case Scalar(_, var text) when text == null -> EMPTY;
        case YamlNode other ->
            throw new IllegalArgumentException(
                other.where() + ": " + key + ": expected keys with values, found " + other);
      };
    }

    /// This section with the entries of `over` laid on top: sections are merged, everything else is
    /// replaced.
    Section with(Section over) {
      var merged = new LinkedHashMap<>(entries);
      over.entries.forEach((key, value) -> merged.merge(key, value, Section::merged));
      return new Section(where, merged);
    }

    private static YamlNode merged(YamlNode below, YamlNode above) {
      return below instanceof Section a && above instanceof Section b ? a.with(b) : above;
    }

    @Override
    public String toString() {
      return "keys with values";
    }
  }
}
