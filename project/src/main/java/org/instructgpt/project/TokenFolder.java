package org.instructgpt.project;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.PrivateFiles;

/// The folder `tokens/` of a workspace, in which one training at a time makes something: another
/// waits, and then finds what was made.
final class TokenFolder {
  private TokenFolder() {}

  /// What is done there.
  @FunctionalInterface
  interface Work<T> {
    /// @param tokens the folder, free of what a crash left behind
    T in(Path tokens) throws IOException;
  }

  /// Does some work while nobody else does.
  static <T> T alone(Workspace workspace, Work<T> work) throws IOException {
    var tokens = workspace.tokens();
    PrivateFiles.folder(tokens);
    synchronized (TokenFolder.class) { // file locks are between processes
      try (var channel =
              FileChannel.open(
                  tokens.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        AtomicFiles.recover(tokens);
        return work.in(tokens);
      }
    }
  }
}
