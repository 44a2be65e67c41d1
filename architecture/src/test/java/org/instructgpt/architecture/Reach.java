package org.instructgpt.architecture;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/// Where the arrows of a graph lead.
final class Reach {

  private Reach() {}

  /// All that is reached from a node by one arrow or more; the node itself only if a way leads
  /// back.
  ///
  /// @param uses the nodes that a node's arrows point to
  static <T> Set<T> of(T node, Function<T, Set<T>> uses) {
    Set<T> reached = new HashSet<>();
    var open = new ArrayList<>(uses.apply(node));
    while (!open.isEmpty()) {
      var next = open.removeLast();
      if (reached.add(next)) {
        open.addAll(uses.apply(next));
      }
    }
    return reached;
  }
}
