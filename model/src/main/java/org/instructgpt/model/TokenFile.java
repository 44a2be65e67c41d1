package org.instructgpt.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Objects;
import org.instructgpt.files.AtomicFiles;

/// Token ids in a file, read where they are asked for.
///
/// A text is turned into tokens once, by far the slower part of reading it; afterwards the file is
/// mapped into memory, and the system keeps what is used and drops what is not. So a corpus may be
/// larger than the memory. All numbers are little-endian:
///
/// | bytes | what |
/// |---|---|
/// | 0 to 7 | `IGPTTOK1` |
/// | 8 to 15 | bytes of an id: 2 for a vocabulary of at most 65,536, else 4 |
/// | 16 to 23 | how many ids there are |
/// | 24 to 55 | SHA-256 of the tokenizer |
/// | 56 to 87 | SHA-256 of the text |
/// | 88 to 127 | zeros |
/// | from 128 | the ids |
public final class TokenFile implements Corpus.Tokens {
  private static final byte[] MAGIC = "IGPTTOK1".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 128;
  private static final int SHORT_IDS = 1 << 16;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment ids;
  private final int width;

  private TokenFile(MemorySegment ids, int width) {
    this.ids = ids;
    this.width = width;
  }

  /// What ids were made from.
  ///
  /// @param tokenizer SHA-256, 64 hexadecimal digits
  /// @param text SHA-256, 64 hexadecimal digits
  public record Origin(String tokenizer, String text) {}

  /// Opens a file of ids.
  ///
  /// @param origin what the ids must have been made from
  /// @param life how long the file stays mapped
  /// @throws java.nio.file.NoSuchFileException if there is none
  /// @throws IllegalArgumentException if it is damaged, or was made from something else
  /// @throws IOException if it cannot be read
  public static TokenFile open(Path path, Origin origin, Arena life) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
      while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {}
      boolean ours =
          header.position() == HEADER && header.slice(0, 8).equals(ByteBuffer.wrap(MAGIC));
      long width = header.getLong(8);
      require(ours && (width == 2 || width == 4), path, "a file of token ids", "something else");
      require(of(header, 24, origin.tokenizer()), path, "ids of this tokenizer", "another's");
      require(of(header, 56, origin.text()), path, "ids of this text", "another's");
      long bytes = header.getLong(16) * width;
      long found = channel.size() - HEADER;
      require(bytes == found, path, "%d bytes of ids".formatted(bytes), String.valueOf(found));
      var ids = channel.map(FileChannel.MapMode.READ_ONLY, HEADER, bytes, life);
      return new TokenFile(ids, (int) width);
    }
  }

  private static boolean of(ByteBuffer header, int at, String sha256) {
    return header.slice(at, 32).equals(ByteBuffer.wrap(HexFormat.of().parseHex(sha256)));
  }

  private static void require(boolean right, Path path, String expected, String found) {
    if (!right) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(path, expected, found));
    }
  }

  @Override
  public long count() {
    return ids.byteSize() / width;
  }

  /// The size of the file on the disk, in bytes.
  public long bytes() {
    return HEADER + ids.byteSize();
  }

  @Override
  public int[] slice(long from, int length) {
    Objects.checkFromIndexSize(from, length, count());
    var some = new int[length];
    if (width == Short.BYTES) {
      for (int i = 0; i < length; i++) {
        some[i] = Short.toUnsignedInt(ids.getAtIndex(SHORT, from + i));
      }
    } else {
      MemorySegment.copy(ids, INT, from * width, some, 0, length);
    }
    return some;
  }

  /// Writes one file, from its first id to its last.
  public static final class Writer implements AutoCloseable {
    private final FileChannel channel;
    private final Origin origin;
    private final int width;
    private final ByteBuffer buffer =
        ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private long count;

    /// Makes the file, where none may be.
    ///
    /// @param vocabulary one more than the greatest id
    public Writer(Path path, int vocabulary, Origin origin) throws IOException {
      this.origin = origin;
      this.width = vocabulary <= SHORT_IDS ? Short.BYTES : Integer.BYTES;
      this.channel =
          FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      AtomicFiles.writeFully(channel, ByteBuffer.allocate(HEADER)); // no file of ids until finish()
    }

    /// Adds ids at the end.
    public void add(int... more) throws IOException {
      for (int id : more) {
        if (buffer.remaining() < width) {
          flush();
        }
        if (width == Short.BYTES) {
          buffer.putShort((short) id);
        } else {
          buffer.putInt(id);
        }
      }
      count += more.length;
    }

    private void flush() throws IOException {
      AtomicFiles.writeFully(channel, buffer.flip());
      buffer.clear();
    }

    /// Writes the header, which makes the file whole.
    public void finish() throws IOException {
      flush();
      var header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
      header.put(MAGIC).putLong(width).putLong(count);
      header.put(HexFormat.of().parseHex(origin.tokenizer()));
      header.put(HexFormat.of().parseHex(origin.text()));
      channel.position(0);
      AtomicFiles.writeFully(channel, header.clear());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
