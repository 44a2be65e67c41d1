package org.instructgpt.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Settings as they will be used, by the keys a recipe would give them: printed before a run and
/// stored with it.
///
/// @param values the keys in the order of the record's components; a nested record is a nested map
public record ResolvedSettings(Map<String, @Nullable Object> values) {

  /// The resolved settings of a settings record.
  public static ResolvedSettings of(Record settings) {
    var values = new LinkedHashMap<String, @Nullable Object>();
    for (var component : settings.getClass().getRecordComponents()) {
      values.put(SettingsBinding.key(component), plain(SettingsBinding.value(settings, component)));
    }
    return new ResolvedSettings(values);
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Record inner -> of(inner).values;
      case Optional<?> optional -> plain(optional.orElse(null));
      case List<?> list -> list.stream().map(ResolvedSettings::plain).toList();
      case Enum<?> constant -> YamlScalars.spelling(constant);
      case Number number -> number;
      case Boolean truth -> truth;
      default -> value.toString();
    };
  }

  /// One line a setting, nested keys as `outer.inner`, the values in one column.
  public String table() {
    var rows = new LinkedHashMap<String, String>();
    flatten("", values, rows);
    int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
    var table = new StringBuilder();
    rows.forEach((key, value) -> table.append(("  %-" + width + "s  %s\n").formatted(key, value)));
    return table.toString();
  }

  private static void flatten(String prefix, Map<?, ?> values, Map<String, String> rows) {
    values.forEach((key, value) -> {
      if (value instanceof Map<?, ?> inner) {
        flatten(prefix + key + ".", inner, rows);
      } else {
        rows.put(prefix + key, value == null ? "-" : value.toString());
      }
    });
  }
}
