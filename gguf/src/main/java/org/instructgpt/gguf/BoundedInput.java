package org.instructgpt.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Reads little-endian values from the beginning of a file on, and asks for no memory for what the
/// file does not have.
final class BoundedInput {
  /// The longest header that is read, in bytes: twice what the largest published vocabularies need.
  static final long LIMIT = 32 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private long read;

  BoundedInput(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
    buffer.limit(0);
  }

  /// The bytes of the whole file.
  long size() {
    return size;
  }

  /// How many bytes were taken.
  long position() {
    return read - buffer.remaining();
  }

  /// How many bytes may still be taken.
  long left() {
    return Math.min(size, LIMIT) - position();
  }

  /// A whole number of 4 bytes without a sign.
  long uint32() throws IOException {
    require(4);
    return buffer.getInt() & 0xffffffffL;
  }

  /// A whole number of 8 bytes; those without a sign beyond the range come out negative.
  long int64() throws IOException {
    require(8);
    return buffer.getLong();
  }

  /// Bytes.
  ///
  /// @throws IllegalArgumentException if the file has not as many
  ByteBuffer bytes(long count, String what) throws IOException {
    if (count < 0 || count > left()) {
      throw refused(
          "%s within the %d bytes that are left".formatted(what, left()),
          Long.toUnsignedString(count) + " bytes");
    }
    var bytes = ByteBuffer.allocate((int) count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      require(1);
      int some = Math.min(bytes.remaining(), buffer.remaining());
      bytes.put(buffer.slice(buffer.position(), some));
      buffer.position(buffer.position() + some);
    }
    return bytes.flip();
  }

  /// A text with its length before it.
  ///
  /// @param most bytes that it may have
  String text(long most, String what) throws IOException {
    long length = int64();
    if (length < 0 || length > most) {
      throw refused(
          "%s of at most %d bytes".formatted(what, most), Long.toUnsignedString(length) + " bytes");
    }
    var bytes = bytes(length, what);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw refused(what + " in UTF-8", "other bytes");
    }
  }

  private void require(int count) throws IOException {
    if (buffer.remaining() >= count) {
      return;
    }
    if (left() < count) {
      throw position() + count > size
          ? refused("%d bytes more".formatted(count), "the end: the file was cut short")
          : refused("a header of at most %d bytes".formatted(LIMIT), "a longer one");
    }
    buffer.compact();
    while (buffer.position() < count) {
      int more = channel.read(buffer, read);
      if (more < 0) {
        throw new EOFException(path + " became shorter while it was read");
      }
      read += more;
    }
    buffer.flip();
  }

  /// An exception that says where.
  IllegalArgumentException refused(String expected, String found) {
    return new IllegalArgumentException(
        "%s, byte %d: expected %s, found %s: the file is damaged, or no GGUF file; copy it again"
            .formatted(path, position(), expected, found));
  }
}
