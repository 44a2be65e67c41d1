package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Assembles trees of messages from rows that each hold a message and the id of its parent.
///
/// The rows of a tree are kept until a row of another tree (`message_tree_id`) comes; in files
/// without that field, until the end.
final class MessageThreads {
  private static final int DEEPEST = 400;
  private static final List<String> IDS =
      List.of("message_id", "task_message_id", "user_message_id", "id");
  private static final List<String> PARENTS = List.of("parent_id", "parent_message_id");

  private final Map<String, Held> held = new HashMap<>();
  private final List<Held> order = new ArrayList<>();
  private String tree = "";

  /// A row whose tree is not complete.
  record Held(long line, String place, JsonNode row, ObjectNode node) {
    private List<String> ids() {
      return IDS.stream()
          .map(name -> row.path(name).asText(""))
          .filter(id -> !id.isEmpty())
          .toList();
    }

    private String parent() {
      return PARENTS.stream()
          .map(row::path)
          .filter(id -> !JsonValues.absent(id))
          .map(JsonNode::asText)
          .findFirst()
          .orElse("");
    }
  }

  /// A tree, at the position of its first message; or a row whose parent is missing.
  record Tree(Held root, boolean orphan) {}

  static boolean isMessage(JsonNode row) {
    return row.path("text").isTextual()
        && row.path("role").isTextual()
        && PARENTS.stream().anyMatch(row::has)
        && IDS.stream().anyMatch(row::has);
  }

  /// Adds a row and returns the trees that it completes.
  List<Tree> add(long line, String place, JsonNode row) {
    String its = row.path("message_tree_id").asText("");
    List<Tree> complete = its.equals(tree) ? List.of() : end();
    tree = its;
    ObjectNode node = row.deepCopy();
    node.putArray("replies");
    Held message = new Held(line, place, row, node);
    order.add(message);
    message.ids().forEach(id -> held.putIfAbsent(id, message));
    return complete;
  }

  /// Completes the trees that are kept and returns them.
  List<Tree> end() {
    List<Tree> trees = new ArrayList<>();
    for (Held message : order) {
      if (message.parent().isEmpty()) {
        trees.add(new Tree(message, false));
        continue;
      }
      Held parent = held.get(message.parent());
      if (parent != null && isRooted(message)) {
        parent.node().withArray("replies").add(message.node());
      } else {
        trees.add(new Tree(message, true));
      }
    }
    held.clear();
    order.clear();
    return trees;
  }

  private boolean isRooted(Held message) {
    Held at = message;
    for (int depth = 0; depth < DEEPEST; depth++) {
      if (at.parent().isEmpty()) {
        return true;
      }
      at = held.get(at.parent());
      if (at == null) {
        return false;
      }
    }
    return false;
  }
}
