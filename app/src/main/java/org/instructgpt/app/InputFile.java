package org.instructgpt.app;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;

/// A file that a command reads more than once, opened once: a pipe gives its bytes only once, and a
/// path may lead to another file the second time.
///
/// What cannot be read again from its start (a pipe, `/dev/stdin`) is first copied into a temporary
/// file, which the system deletes with the process. Compressed files (gzip) are known by their
/// first bytes.
final class InputFile implements AutoCloseable {
  private static final int BLOCK = 1 << 16;

  private final Path path;
  private final FileChannel channel;
  private final long size;

  private InputFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
  }

  /// Opens a file.
  ///
  /// @param flag that named it, for messages
  static InputFile open(Path path, String flag) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IllegalArgumentException(
          "%s %s: expected a file, found a folder".formatted(flag, path));
    }
    if (!Files.exists(path)) {
      throw new IllegalArgumentException(
          "%s %s: there is no such file%s"
              .formatted(
                  flag,
                  path,
                  path.toString().equals("-")
                      ? "; standard input is " + flag + " /dev/stdin"
                      : ""));
    }
    return new InputFile(
        path,
        Files.isRegularFile(path) ? FileChannel.open(path, StandardOpenOption.READ) : copied(path));
  }

  private static FileChannel copied(Path path) throws IOException {
    var copy =
        FileChannel.open(
            Files.createTempFile("instructgpt-input", null),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try (var in = Files.newInputStream(path)) {
      var block = new byte[BLOCK];
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        for (var bytes = ByteBuffer.wrap(block, 0, read); bytes.hasRemaining(); ) {
          copy.write(bytes);
        }
      }
      return copy;
    } catch (Throwable failure) {
      copy.close();
      throw failure;
    }
  }

  /// Its name as it was given.
  Path path() {
    return path;
  }

  /// The bytes from the start. Only one such stream may be in use at a time; closing it closes
  /// nothing else.
  ///
  /// @throws IllegalArgumentException if the file was changed since it was opened
  InputStream fromStart() throws IOException {
    if (channel.size() != size) {
      throw new IllegalArgumentException(
          "%s was changed while it was read: give the command again when it is whole"
              .formatted(path));
    }
    channel.position(0);
    var bytes = new BufferedInputStream(new Staying(Channels.newInputStream(channel)), BLOCK);
    bytes.mark(2);
    boolean packed = bytes.read() == 0x1f && bytes.read() == 0x8b;
    bytes.reset();
    return packed ? new GZIPInputStream(bytes, BLOCK) : bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /// Leaves the channel open.
  private static final class Staying extends FilterInputStream {
    Staying(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
