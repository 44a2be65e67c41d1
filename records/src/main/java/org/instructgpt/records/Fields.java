package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// One JSON object being read, with everything that is wrong with it.
///
/// A getter whose field does not fit notes the fault and answers with a stand-in, so that one pass
/// over a row finds all of its faults; [#settle] throws them together before anything is built of
/// stand-ins.
final class Fields {
  private final JsonNode node;
  private final String path;
  private final List<BadField> faults;

  /// The faults of one row, thrown together.
  static final class BadRow extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    final transient List<BadField> faults;

    BadRow(List<BadField> faults) {
      super(faults.stream().map(BadField::getMessage).collect(Collectors.joining("; ")));
      this.faults = List.copyOf(faults);
    }
  }

  private Fields(JsonNode node, String path, List<BadField> faults) {
    this.node = node;
    this.path = path;
    this.faults = faults;
  }

  static Fields of(JsonNode row) {
    Fields fields = new Fields(row, "", new ArrayList<>());
    if (!row.isObject()) {
      fields.faults.add(new BadField("row", "an object", found(row)));
    }
    return fields;
  }

  /// Throws all faults noted so far, if any.
  void settle() {
    if (!faults.isEmpty()) {
      throw new BadRow(faults);
    }
  }

  void fault(String field, String expected, String found) {
    faults.add(new BadField(path + field, expected, found));
  }

  boolean has(String field) {
    return !absent(node.path(field));
  }

  /// Text, empty or not.
  String text(String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      fault(field, "text", found(value));
      return "";
    }
    return checked(field, value.textValue(), Check::text);
  }

  /// Text that is not blank.
  String filled(String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      fault(field, "text", found(value));
      return "";
    }
    return checked(field, value.textValue(), Check::filled);
  }

  String id(String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      fault(field, "a name", found(value));
      return "";
    }
    return checked(field, value.textValue(), Check::id);
  }

  Optional<String> optionalId(String field) {
    return has(field) ? Optional.of(id(field)) : Optional.empty();
  }

  /// Whether the field is there and true.
  boolean isTrue(String field) {
    return node.path(field).asBoolean(false);
  }

  /// True or false; the other value where the field is absent.
  boolean flag(String field, boolean otherwise) {
    return has(field) ? flag(field, node.path(field)) : otherwise;
  }

  /// The flags of an array.
  List<Boolean> flags(String field) {
    return elements(field).stream().map(one -> flag(one.path(), one.value())).toList();
  }

  int integer(String field) {
    return integer(field, node.path(field));
  }

  <E extends Enum<E>> E choice(String field, Class<E> type) {
    return choice(field, node.path(field), type);
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
    JsonNode value = node.path(field);
    try {
      if (value.isTextual()) {
        return Instant.parse(value.textValue());
      }
    } catch (DateTimeParseException unreadable) {
      // Told below, like a number or nothing at all.
    }
    fault(field, "a time such as \"2022-03-04T12:00:00Z\"", found(value));
    return Instant.EPOCH;
  }

  Fields object(String field) {
    return nested(new Element(field, node.path(field)));
  }

  /// The objects of an array; absent or null only where `required` is false.
  List<Fields> objects(String field, boolean required) {
    if (!required && !has(field)) {
      return List.of();
    }
    return elements(field).stream().map(this::nested).toList();
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (Element element : elements(field)) {
      if (element.value().isTextual()) {
        texts.add(checked(element.path(), element.value().textValue(), Check::text));
      } else {
        fault(element.path(), "text", found(element.value()));
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
        fault(element.path(), "an array of texts", found(element.value()));
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

  /// Notes every field that is none of these: in our own format a misspelt field must not be lost
  /// in silence.
  void only(String... names) {
    TreeSet<String> unknown = new TreeSet<>();
    node.fieldNames().forEachRemaining(unknown::add);
    Arrays.asList(names).forEach(unknown::remove);
    unknown.forEach(
        name -> fault(name, "only the fields " + String.join(", ", names), "this one too"));
  }

  /// A value as a message shows it.
  static String found(JsonNode value) {
    if (value.isMissingNode()) {
      return "nothing";
    }
    if (value.isTextual()) {
      return Check.quoted(value.textValue());
    }
    if (value.isArray()) {
      return "an array of " + value.size();
    }
    return value.isObject() ? "an object" : value.toString();
  }

  private record Element(String path, JsonNode value) {}

  private List<Element> elements(String field) {
    JsonNode array = node.path(field);
    if (!array.isArray()) {
      fault(field, "an array", found(array));
      return List.of();
    }
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      elements.add(new Element(field + "[" + i + "]", array.get(i)));
    }
    return elements;
  }

  private Fields nested(Element element) {
    if (!element.value().isObject()) {
      fault(element.path(), "an object", found(element.value()));
    }
    return new Fields(element.value(), path + element.path() + ".", faults);
  }

  private boolean flag(String field, JsonNode value) {
    if (!value.isBoolean()) {
      fault(field, "true or false", found(value));
    }
    return value.asBoolean();
  }

  private int integer(String field, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      fault(field, "a whole number", found(value));
      return 1;
    }
    return value.intValue();
  }

  private <E extends Enum<E>> E choice(String field, JsonNode value, Class<E> type) {
    E[] constants = type.getEnumConstants();
    for (E constant : constants) {
      if (value.isTextual() && Json.word(constant).equals(value.textValue())) {
        return constant;
      }
    }
    String words = Arrays.stream(constants).map(Json::word).collect(Collectors.joining(", "));
    fault(field, "one of " + words, found(value));
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
      faults.add(fault);
      return value;
    }
  }

  private static boolean absent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }
}
