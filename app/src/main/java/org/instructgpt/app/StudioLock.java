package org.instructgpt.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.instructgpt.files.PrivateFiles;
import org.jspecify.annotations.Nullable;

/// Lets one studio serve a store in a file. Two would each have limits of their own, remember who
/// may come in without hearing of the other's changes, and prepare the same rounds; on a server
/// what they share is locked there, so several may serve one.
///
/// The lock is the operating system's: it ends with the process, however that ends. The file beside
/// the store says who holds it.
final class StudioLock implements AutoCloseable {
  private final @Nullable FileChannel channel;

  private StudioLock(@Nullable FileChannel channel) {
    this.channel = channel;
  }

  /// @param place of the store, as [Workspace#place()] tells
  /// @throws IllegalArgumentException when another studio serves the store
  static StudioLock over(String place) throws IOException {
    if (place.contains("://")) {
      return new StudioLock(null);
    }
    var file = beside(place);
    PrivateFiles.keep(file);
    var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (locked(channel) == null) {
      var holder = said(file);
      channel.close();
      throw new IllegalArgumentException(
          "another studio%s serves %s already; end that one first, or keep the records on a PostgreSQL server, which several studios may serve (docs/studio.md)"
              .formatted(holder.isEmpty() ? "" : " (" + String.join(", ", holder) + ")", place));
    }
    return new StudioLock(channel);
  }

  private static @Nullable FileLock locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ourselves) {
      return null;
    }
  }

  /// Writes down where the studio is, for people and for other commands.
  void tell(String url) throws IOException {
    if (channel != null) {
      var said = "process %d%n%s%n".formatted(ProcessHandle.current().pid(), url);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(said.getBytes(StandardCharsets.UTF_8)), 0);
    }
  }

  /// The address of the studio that serves this store, or did last, if that is known.
  static Optional<String> address(String place) throws IOException {
    return place.contains("://")
        ? Optional.empty()
        : said(beside(place)).stream().filter(line -> line.startsWith("http")).findFirst();
  }

  private static List<String> said(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private static Path beside(String place) {
    var store = Path.of(place);
    return store.resolveSibling(store.getFileName() + ".studio");
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
