package org.instructgpt.label;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Waits for writes, and fails as they fail.
final class AwaitedWrite {
  private AwaitedWrite() {}

  static <T> T done(CompletableFuture<T> write) {
    try {
      return write.join();
    } catch (CompletionException wrapped) {
      if (wrapped.getCause() instanceof RuntimeException fault) {
        throw fault;
      }
      throw wrapped;
    }
  }
}
