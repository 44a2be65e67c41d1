package org.instructgpt.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.instructgpt.files.Json;

/// The fields of a JSON object, each read as what it must be; null counts as absent, as clients
/// send it for what was not set.
///
/// @param path of the object in the body, empty for the body itself
record RequestFields(ObjectNode object, String path) {

  /// The body of a request.
  static RequestFields of(byte[] body) {
    JsonNode read;
    try {
      read = Json.STRICT.readTree(body);
    } catch (JsonProcessingException broken) {
      throw ApiRefusal.invalid("", "expected a body of JSON, found a fault: " + Json.fault(broken));
    } catch (IOException broken) {
      throw ApiRefusal.invalid("", "expected a body of JSON in UTF-8, found other bytes");
    }
    if (!(read instanceof ObjectNode object)) {
      throw ApiRefusal.invalid("", "expected a JSON object, found " + kind(read));
    }
    return new RequestFields(object, "");
  }

  /// The name of a field in messages.
  String name(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  /// A field's value; missing where it is absent or null.
  Optional<JsonNode> get(String field) {
    return Optional.ofNullable(object.get(field)).filter(node -> !node.isNull());
  }

  ApiRefusal wrong(String field, String expected) {
    return ApiRefusal.invalid(
        name(field),
        "expected %s, found %s"
            .formatted(expected, get(field).map(RequestFields::shown).orElse("none")));
  }

  Optional<String> text(String field) {
    return get(field)
        .map(node -> {
          if (!node.isTextual()) {
            throw wrong(field, "a text");
          }
          return node.textValue();
        });
  }

  boolean flag(String field) {
    return get(field)
        .map(node -> {
          if (!node.isBoolean()) {
            throw wrong(field, "true or false");
          }
          return node.booleanValue();
        })
        .orElse(false);
  }

  OptionalInt whole(String field, int least, int most) {
    var value = get(field);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    var node = value.get();
    boolean fits =
        node.isNumber()
            && node.doubleValue() == Math.rint(node.doubleValue())
            && node.doubleValue() >= least
            && node.doubleValue() <= most;
    if (!fits) {
      throw wrong(field, "a whole number of %d to %d".formatted(least, most));
    }
    return OptionalInt.of(node.intValue());
  }

  OptionalLong seed(String field) {
    var value = get(field);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!value.get().canConvertToLong() || !value.get().isIntegralNumber()) {
      throw wrong(field, "a whole number of 64 bits");
    }
    return OptionalLong.of(value.get().longValue());
  }

  OptionalDouble number(String field, double least, double most) {
    var value = get(field);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    double number = value.get().isNumber() ? value.get().doubleValue() : Double.NaN;
    if (!(number >= least && number <= most)) {
      throw wrong(field, "a number of %s to %s".formatted(plain(least), plain(most)));
    }
    return OptionalDouble.of(number);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }

  Optional<RequestFields> object(String field) {
    return get(field)
        .map(node -> {
          if (!(node instanceof ObjectNode inner)) {
            throw wrong(field, "an object");
          }
          return new RequestFields(inner, name(field));
        });
  }

  /// The objects of a list that must have one or more.
  List<RequestFields> objects(String field) {
    var list = get(field).filter(node -> node.isArray() && !node.isEmpty());
    if (list.isEmpty()) {
      throw wrong(field, "a list of one or more");
    }
    return IntStream.range(0, list.get().size())
        .mapToObj(i -> {
          if (!(list.get().get(i) instanceof ObjectNode inner)) {
            throw ApiRefusal.invalid(
                "%s[%d]".formatted(name(field), i),
                "expected an object, found " + shown(list.get().get(i)));
          }
          return new RequestFields(inner, "%s[%d]".formatted(name(field), i));
        })
        .toList();
  }

  /// A text or a list of texts.
  List<String> texts(String field) {
    return get(field)
        .map(node -> {
          if (node.isTextual()) {
            return List.of(node.textValue());
          }
          boolean texts =
              node.isArray()
                  && StreamSupport.stream(node.spliterator(), false).allMatch(JsonNode::isTextual);
          if (!texts) {
            throw wrong(field, "a text or a list of texts");
          }
          return StreamSupport.stream(node.spliterator(), false).map(JsonNode::textValue).toList();
        })
        .orElse(List.of());
  }

  /// Refuses a field that would change the answer and is not understood.
  ///
  /// @param harmless values that change nothing
  void refuse(String field, String why, List<String> harmless) {
    var given = get(field);
    boolean empty = given.isEmpty() || given.get().isContainerNode() && given.get().isEmpty();
    if (!empty && !harmless.contains(given.get().asText())) {
      throw ApiRefusal.invalid(name(field), why);
    }
  }

  static String shown(JsonNode node) {
    var text = node.toString();
    return text.length() <= 80 ? text : kind(node) + " " + text.substring(0, 60) + "...";
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      case MISSING, BINARY, POJO -> "nothing";
    };
  }
}
