package org.instructgpt.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import org.instructgpt.files.AtomicFiles;

/// A file that grows, with the sum of what is in it.
final class PartFile implements AutoCloseable {
  private final HubFile file;
  private final FileChannel out;
  private Optional<MessageDigest> digest = Optional.empty();
  private long size;

  private PartFile(HubFile file, FileChannel out) {
    this.file = file;
    this.out = out;
  }

  /// Opens or makes one, and reads what is there.
  ///
  /// @param file that it will be
  /// @param place where it lies
  static PartFile open(HubFile file, Path place) throws IOException {
    var part =
        new PartFile(
            file,
            FileChannel.open(
                place,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
    if (part.out.size() > file.size()) {
      part.out.truncate(0);
    }
    part.begin();
    part.readWhatIsThere();
    return part;
  }

  private void readWhatIsThere() throws IOException {
    var buffer = ByteBuffer.allocate(1 << 16);
    long there = out.size();
    while (size < there && out.read(buffer.clear()) >= 0) {
      buffer.flip();
      size += buffer.remaining();
      digest.ifPresent(sum -> sum.update(buffer));
    }
  }

  private void begin() {
    size = 0;
    digest = file.sum().map(sum -> sum.begin(file.size()));
  }

  /// How many bytes are there.
  long size() {
    return size;
  }

  /// Throws away what is there.
  void empty() throws IOException {
    out.truncate(0);
    begin();
  }

  /// Adds bytes behind what is there.
  void add(byte[] bytes, int count) throws IOException {
    try {
      AtomicFiles.writeFully(out, ByteBuffer.wrap(bytes, 0, count));
    } catch (IOException e) {
      throw new IOException(
          "could not write %s: %s; what has come is kept".formatted(file.name(), e.getMessage()),
          e);
    }
    digest.ifPresent(sum -> sum.update(bytes, 0, count));
    size += count;
  }

  /// Brings what is there to the disk, and says whether it is the whole file, by its size and its
  /// sum. It is asked once.
  boolean isRight() throws IOException {
    out.force(true);
    return size == file.size()
        && (file.sum().isEmpty() || file.sum().get().isOf(digest.orElseThrow()));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
