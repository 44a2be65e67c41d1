package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Reads the fields of one JSON object and collects its faults.
///
/// A getter whose field is invalid records the fault and returns a placeholder, so that one pass
/// over a row finds all of its faults; [#settle] throws them together before anything is built from
/// placeholders.
final class JsonFields {
  private final JsonNode node;
  private final String path;
  private final String pattern;
  private final Row row;

  /// State shared by the nested objects of a row.
  ///
  /// @param read paths of the fields that were read, with `[]` for every index of an array
  private record Row(List<BadField> faults, Map<String, Long> notes, Set<String> read) {}

  /// All faults of a row.
  static final class BadRow extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    final transient List<BadField> faults;

    BadRow(List<BadField> faults) {
      super(faults.stream().map(BadField::getMessage).collect(Collectors.joining("; ")));
      this.faults = List.copyOf(faults);
    }

    /// No stack trace, as for [BadField].
    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  private JsonFields(JsonNode node, String path, String pattern, Row row) {
    this.node = node;
    this.path = path;
    this.pattern = pattern;
    this.row = row;
  }

  static JsonFields of(JsonNode node) {
    Row row = new Row(new ArrayList<>(), new TreeMap<>(), new HashSet<>());
    JsonFields fields = new JsonFields(node, "", "", row);
    if (!node.isObject()) {
      row.faults().add(new BadField("row", "an object", JsonValues.found(node)));
    }
    return fields;
  }

  /// Throws all faults recorded so far, if any.
  void settle() {
    if (!row.faults().isEmpty()) {
      throw new BadRow(row.faults());
    }
  }

  void fault(String field, String expected, String found) {
    row.faults().add(new BadField(path + field, expected, found));
  }

  /// Adds a remark that the report counts.
  void note(String peculiarity) {
    row.notes().merge(peculiarity, 1L, Long::sum);
  }

  Map<String, Long> notes() {
    return row.notes();
  }

  boolean has(String field) {
    return !JsonValues.absent(node.path(field));
  }

  /// The object itself; this does not mark any field as read.
  JsonNode node() {
    return node;
  }

  /// The same position with other content, for a value that had to be assembled.
  JsonFields at(JsonNode other) {
    return new JsonFields(other, path, pattern, row);
  }

  /// The value of a field, which is marked as read with everything in it.
  JsonNode take(String field) {
    row.read().add(pattern + field);
    return node.path(field);
  }

  /// The non-empty fields that were not read, with `[]` for every index of an array.
  List<String> unread() {
    return new UnreadFields(row.read()).in(node);
  }

  /// Text, empty or not.
  String text(String field) {
    JsonNode value = take(field);
    if (!value.isTextual()) {
      fault(field, "text", JsonValues.found(value));
      return "";
    }
    return checked(field, value.textValue(), RecordChecks::text);
  }

  /// Text that is not blank.
  String filled(String field) {
    JsonNode value = take(field);
    if (!value.isTextual()) {
      fault(field, "text", JsonValues.found(value));
      return "";
    }
    return checked(field, value.textValue(), RecordChecks::filled);
  }

  String id(String field) {
    JsonNode value = take(field);
    String name = value.isNumber() ? JsonValues.number(value) : value.textValue();
    if (name == null) {
      fault(field, "a name", JsonValues.found(value));
      return "";
    }
    return checked(field, name, RecordChecks::id);
  }

  Optional<String> optionalId(String field) {
    return has(field) ? Optional.of(id(field)) : Optional.empty();
  }

  /// The id of a person in a field of this role: a name or a number. White space, which ids cannot
  /// have, becomes an underscore.
  Optional<String> who(FieldRole role) {
    for (Map.Entry<String, JsonNode> field : role.filling(node).entrySet()) {
      JsonNode value = field.getValue();
      if (value.isNumber()) {
        return Optional.of(id(field.getKey()));
      }
      if (value.isTextual() && !value.textValue().isBlank()) {
        take(field.getKey());
        String name = value.textValue().strip();
        String joined = name.replaceAll("\\s+", "_");
        if (!joined.equals(name)) {
          note("names with white space, which is stored as an underscore");
        }
        return Optional.of(checked(field.getKey(), joined, RecordChecks::id));
      }
    }
    return Optional.empty();
  }

  /// The name of a model; [Output#UNKNOWN] if the field has none.
  String model(String field) {
    JsonNode value = take(field);
    String model =
        value.isNumber() ? JsonValues.number(value) : value.isTextual() ? value.textValue() : "";
    return model.isBlank() ? Output.UNKNOWN : model;
  }

  /// Whether the field is present and true.
  boolean isTrue(String field) {
    return take(field).asBoolean(false);
  }

  /// A boolean; `otherwise` if the field is absent.
  boolean flag(String field, boolean otherwise) {
    return has(field) ? flag(field, take(field)) : otherwise;
  }

  /// The flags of an array.
  List<Boolean> flags(String field) {
    return elements(field).stream().map(one -> flag(one.path(), one.value())).toList();
  }

  int integer(String field) {
    return integer(field, take(field));
  }

  /// A number, whole or not.
  double amount(String field) {
    JsonNode value = take(field);
    OptionalDouble number = JsonValues.numeric(value);
    if (number.isEmpty()) {
      fault(field, "a number", JsonValues.found(value));
    }
    return number.orElse(0);
  }

  <E extends Enum<E>> E choice(String field, Class<E> type) {
    return choice(field, take(field), type);
  }

  <E extends Enum<E>> Optional<E> optionalChoice(String field, Class<E> type) {
    return has(field) ? Optional.of(choice(field, type)) : Optional.empty();
  }

  <E extends Enum<E>> List<E> choices(String field, Class<E> type) {
    return elements(field).stream()
        .map(element -> choice(element.path(), element.value(), type))
        .toList();
  }

  Instant instant(String field) {
    JsonNode value = take(field);
    try {
      if (value.isTextual()) {
        return Instant.parse(value.textValue());
      }
    } catch (DateTimeParseException unreadable) {
      // Reported below, like other values.
    }
    fault(field, "a time such as \"2022-03-04T12:00:00Z\"", JsonValues.found(value));
    return Instant.EPOCH;
  }

  JsonFields object(String field) {
    return nested(new Element(field, field, take(field)));
  }

  /// The objects of an array, which may be absent or null if `required` is false.
  List<JsonFields> objects(String field, boolean required) {
    if (!required && !has(field)) {
      return List.of();
    }
    return elements(field).stream().map(this::nested).toList();
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (Element element : elements(field)) {
      if (element.value().isTextual()) {
        texts.add(checked(element.path(), element.value().textValue(), RecordChecks::text));
      } else {
        fault(element.path(), "text", JsonValues.found(element.value()));
      }
    }
    return texts;
  }

  List<Integer> integers(String field) {
    return elements(field).stream()
        .map(element -> integer(element.path(), element.value()))
        .toList();
  }

  /// The texts of an array of arrays of texts.
  List<List<String>> textLists(String field) {
    List<List<String>> lists = new ArrayList<>();
    for (Element element : elements(field)) {
      if (!element.value().isArray()) {
        fault(element.path(), "an array of texts", JsonValues.found(element.value()));
        continue;
      }
      List<String> texts = new ArrayList<>();
      element.value().forEach(text -> texts.add(text.isTextual() ? text.textValue() : ""));
      if (texts.contains("")) {
        fault(element.path(), "an array of texts", "an array with something else in it");
      }
      lists.add(texts);
    }
    return lists;
  }

  /// Records a fault for every field that is none of these: in the program's own format a misspelt
  /// field must not be lost silently.
  void only(String... names) {
    TreeSet<String> unknown = new TreeSet<>();
    node.fieldNames().forEachRemaining(unknown::add);
    unknown.forEach(this::take);
    Arrays.asList(names).forEach(unknown::remove);
    unknown.forEach(
        name -> fault(name, "only the fields " + String.join(", ", names), "this one too"));
  }

  private record Element(String path, String pattern, JsonNode value) {}

  private List<Element> elements(String field) {
    JsonNode array = take(field);
    if (!array.isArray()) {
      fault(field, "an array", JsonValues.found(array));
      return List.of();
    }
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      elements.add(new Element(field + "[" + i + "]", field + "[]", array.get(i)));
    }
    return elements;
  }

  private JsonFields nested(Element element) {
    if (!element.value().isObject()) {
      fault(element.path(), "an object", JsonValues.found(element.value()));
    }
    String inside = pattern + element.pattern() + ".";
    row.read().add(inside);
    return new JsonFields(element.value(), path + element.path() + ".", inside, row);
  }

  private boolean flag(String field, JsonNode value) {
    if (!value.isBoolean()) {
      fault(field, "true or false", JsonValues.found(value));
    }
    return value.asBoolean();
  }

  private int integer(String field, JsonNode value) {
    double number = JsonValues.numeric(value).orElse(Double.NaN);
    if (number != (int) number) {
      fault(field, "a whole number", JsonValues.found(value));
      return 1;
    }
    return (int) number;
  }

  private <E extends Enum<E>> E choice(String field, JsonNode value, Class<E> type) {
    E[] constants = type.getEnumConstants();
    for (E constant : constants) {
      if (value.isTextual() && EnumWords.of(constant).equals(value.textValue())) {
        return constant;
      }
    }
    String words = Arrays.stream(constants).map(EnumWords::of).collect(Collectors.joining(", "));
    fault(field, "one of " + words, JsonValues.found(value));
    return constants[0];
  }

  @FunctionalInterface
  private interface Rule {
    String check(String field, String value);
  }

  private String checked(String field, String value, Rule rule) {
    try {
      return rule.check(path + field, value);
    } catch (BadField fault) {
      row.faults().add(fault);
      return value;
    }
  }
}
