package org.instructgpt.label;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Waits for a write of the store and throws the exception that it failed with.
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
