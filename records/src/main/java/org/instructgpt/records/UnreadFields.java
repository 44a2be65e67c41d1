package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Finds the non-empty fields of a row that were not read.
///
/// @param read paths of the fields that were read, with `[]` for every index of an array; for a
///   path that ends with a dot, the fields inside count separately
record UnreadFields(Set<String> read) {

  List<String> in(JsonNode row) {
    Set<String> unread = new TreeSet<>();
    look(row, "", unread);
    return List.copyOf(unread);
  }

  private void look(JsonNode value, String at, Set<String> unread) {
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      String name = at + field.getKey();
      JsonNode inside = field.getValue();
      if (!read.contains(name)) {
        boolean empty = inside.isContainerNode() ? inside.isEmpty() : inside.asText().isEmpty();
        if (!JsonValues.absent(inside) && !empty) {
          unread.add(name);
        }
      } else if (read.contains(name + ".")) {
        look(inside, name + ".", unread);
      } else if (read.contains(name + "[].")) {
        inside.forEach(element -> look(element, name + "[].", unread));
      }
    }
  }
}
