package org.instructgpt.torch;

import java.util.ArrayDeque;
import java.util.Deque;

/// The passes of a thread that gradients go through after libtorch's own, oldest first; a later one
/// may depend on an earlier one.
final class PendingPasses {
  private static final ThreadLocal<Deque<Pass>> PASSES = ThreadLocal.withInitial(ArrayDeque::new);

  private PendingPasses() {}

  /// A pass whose result is a leaf of libtorch's graph.
  interface Pass {
    /// Sends the gradient that reached the result, if one did, on to what the pass was made from.
    void backward();

    /// Frees what the pass holds.
    void release();
  }

  static void add(Pass pass) {
    PASSES.get().add(pass);
  }

  /// How many there are.
  static int count() {
    return PASSES.get().size();
  }

  /// Sends gradients through all of them, the latest first.
  static void backward() {
    PASSES.get().descendingIterator().forEachRemaining(Pass::backward);
  }

  /// Releases all but the `count` oldest.
  static void keep(int count) {
    var passes = PASSES.get();
    while (passes.size() > count) {
      passes.removeLast().release();
    }
  }
}
