package org.instructgpt.torch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Files that are whole or not there, whatever happens while they are written.
///
/// The bytes go to a neighbour of the file, `NAME.part`, which takes the file's name only when the
/// disk has them; then the disk is made to remember the name too. The neighbour's name is fixed, so
/// what a killed process left is overwritten by the next attempt and never piles up; a file is for
/// one writer at a time.
final class AtomicFile {
  private AtomicFile() {}

  /// Something that fills an empty file.
  @FunctionalInterface
  interface Content {
    /// Writes from where `channel` stands.
    void writeTo(FileChannel channel) throws IOException;
  }

  /// Puts `content` at `path`; if that fails, `path` is as it was and nothing else remains.
  static void write(Path path, Content content) throws IOException {
    var target = path.toAbsolutePath();
    var part = target.resolveSibling(target.getFileName() + ".part");
    try {
      try (var channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException | Error e) {
      remove(part, e);
      throw e;
    }
    force(target.resolveSibling(""));
  }

  private static void remove(Path part, Throwable because) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static void force(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      // Windows does not open folders; it has recorded the new name when the move returns.
    }
  }
}
