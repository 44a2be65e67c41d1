package org.instructgpt.recipe;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Replaces values of a settings record by those of a recipe or of flags.
///
/// A stage's settings are one record whose compact constructor knows what is allowed; its presets
/// are the paper's numbers. The keys a person may write are the record's components in snake case,
/// so no list of keys can fall behind the code. All mistakes are collected and thrown at once, each
/// with its place: unknown keys with the nearest known one, values of the wrong type with the
/// expected one. What the constructor itself refuses is put beside the key it names.
///
/// Components may be numbers, booleans, strings, paths, enums, records, and lists or optionals of
/// those; a `@Nullable` component takes `null`.
final class SettingsBinding {

  private final List<String> problems = new ArrayList<>();

  private SettingsBinding() {}

  /// `preset` with the values of `section` in place of its own.
  ///
  /// @param name what messages call the section, for example `sft`
  /// @throws IllegalArgumentException with one line for each mistake
  static <S extends Record> S bind(YamlNode.Section section, S preset, String name) {
    var binding = new SettingsBinding();
    var type = preset.getClass();
    var settings = binding.record(section, type, preset, name);
    binding.throwIfAny();
    return castTo(preset, settings);
  }

  /// The key of a record's component: `maxResponseTokens` is `max_response_tokens`.
  static String key(RecordComponent component) {
    return component.getName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  /// The value of a record's component.
  static @Nullable Object value(Record owner, RecordComponent component) {
    try {
      var accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(owner);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private @Nullable Object record(
      YamlNode.Section section, Class<?> type, @Nullable Record preset, String name) {
    var components = new LinkedHashMap<String, RecordComponent>();
    for (var component : type.getRecordComponents()) {
      components.put(key(component), component);
    }
    refuseUnknownKeys(section, components, name);
    int before = problems.size();
    var arguments = new ArrayList<@Nullable Object>();
    components.forEach((key, component) -> {
      var current = preset == null ? null : value(preset, component);
      var node = section.entries().get(key);
      if (node != null) {
        arguments.add(convert(node, component.getAnnotatedType(), current, name + "." + key));
      } else if (preset != null) {
        arguments.add(current);
      } else {
        problems.add(section.where() + ": " + name + ": the key \"" + key + "\" is missing");
      }
    });
    return problems.size() > before ? preset : construct(type, arguments, section, name);
  }

  private void refuseUnknownKeys(
      YamlNode.Section section, Map<String, RecordComponent> components, String name) {
    section
        .entries()
        .forEach((key, node) -> {
          if (!components.containsKey(key)) {
            var what = "key \"" + key + "\" in " + name;
            problems.add(node.where() + ": " + ClosestName.unknown(what, key, components.keySet()));
          }
        });
  }

  private @Nullable Object convert(
      YamlNode node, AnnotatedType annotated, @Nullable Object current, String name) {
    if (node instanceof YamlNode.Scalar(_, var text)
        && text == null
        && annotated.isAnnotationPresent(Nullable.class)) {
      return null;
    }
    return convert(node, annotated.getType(), current, name);
  }

  private @Nullable Object convert(
      YamlNode node, Type type, @Nullable Object current, String name) {
    if (type instanceof ParameterizedType generic) {
      var element = generic.getActualTypeArguments()[0];
      return generic.getRawType() == Optional.class
          ? optional(node, element, current, name)
          : list(node, element, name);
    }
    var wanted = (Class<?>) type;
    if (wanted.isRecord()) {
      return node instanceof YamlNode.Section section
          ? record(section, wanted, (Record) current, name)
          : mistake(node, name, "expected keys with values", current);
    }
    if (!(node instanceof YamlNode.Scalar(_, var text)) || text == null) {
      return mistake(node, name, "expected a single value", current);
    }
    try {
      return YamlScalars.read(text, wanted);
    } catch (IllegalArgumentException e) {
      return mistake(node, name, String.valueOf(e.getMessage()), current);
    }
  }

  private Object optional(YamlNode node, Type element, @Nullable Object current, String name) {
    if (node instanceof YamlNode.Scalar(_, var text) && text == null) {
      return Optional.empty();
    }
    var inner = current instanceof Optional<?> present ? present.orElse(null) : null;
    return Optional.ofNullable(convert(node, element, inner, name));
  }

  private @Nullable Object list(YamlNode node, Type element, String name) {
    if (!(node instanceof YamlNode.Sequence(_, var items))) {
      return mistake(node, name, "expected a list", null);
    }
    var values = new ArrayList<@Nullable Object>();
    items.forEach(item -> values.add(convert(item, element, null, name)));
    return values;
  }

  private @Nullable Object mistake(
      YamlNode node, String name, String expected, @Nullable Object current) {
    problems.add(node.where() + ": " + name + ": " + expected + ", found " + node);
    return current;
  }

  private @Nullable Object construct(
      Class<?> type, List<@Nullable Object> arguments, YamlNode.Section section, String name) {
    var types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof IllegalArgumentException refused)) {
        throw new IllegalStateException("cannot make " + type.getName(), e);
      }
      problems.add(place(type, section, String.valueOf(refused.getMessage()), name));
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make " + type.getName(), e);
    }
  }

  /// The constructor's message, headed by the place of the first written key that it names.
  private static String place(
      Class<?> type, YamlNode.Section section, String message, String name) {
    for (var component : type.getRecordComponents()) {
      var node = section.entries().get(key(component));
      var named = "(?s).*\\b(" + key(component) + "|" + component.getName() + ")\\b.*";
      if (node != null && message.matches(named)) {
        return "%s: %s.%s: %s".formatted(node.where(), name, key(component), message);
      }
    }
    return section.where() + ": " + name + ": " + message;
  }

  private void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
  }

  @SuppressWarnings("unchecked") // the value was made by the constructor of preset's own class
  private static <S extends Record> S castTo(S preset, @Nullable Object settings) {
    return settings == null ? preset : (S) settings;
  }
}
