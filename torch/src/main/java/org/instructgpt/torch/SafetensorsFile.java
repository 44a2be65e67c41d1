package org.instructgpt.torch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SequencedSet;

/// An open safetensors file, whose tensors are read one at a time straight into their place.
///
/// Bytes go from the system's page cache into the tensor's own memory a few megabytes at a time, so
/// a model of any size is loaded with no more memory than its parameters take, and what is never
/// asked for is never read. Positional reads do this better than one mapping of the whole file:
/// pages of a mapping count as memory of the process until they are unmapped, and a file that is
/// cut short while it is read ends the process there, but is an error here.
///
/// ```java
/// try (var file = SafetensorsFile.open(path)) {
///   for (var entry : parameters.byName().entrySet()) {
///     file.copyInto(entry.getKey(), entry.getValue());
///   }
/// }
/// ```
final class SafetensorsFile implements AutoCloseable {
  /// Elements converted at a time: few enough that the copy between file and destination stays
  /// small beside any model.
  private static final long CHUNK = 1 << 20;

  /// Bytes asked of the system at once, far below the 2 GB that a buffer holds.
  private static final long PIECE = 16 << 20;

  private final Path path;
  private final SafetensorsHeader header;
  private final FileChannel channel;

  private SafetensorsFile(Path path, SafetensorsHeader header, FileChannel channel) {
    this.path = path;
    this.header = header;
    this.channel = channel;
  }

  /// Opens a file and checks its header.
  ///
  /// @throws IllegalArgumentException if there is no such file or it is damaged
  /// @throws IOException if it cannot be read
  static SafetensorsFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "%s: expected a safetensors file, found %s"
              .formatted(path, Files.exists(path) ? "no ordinary file" : "nothing of this name"));
    }
    var channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new SafetensorsFile(path, SafetensorsHeaderReader.read(path, channel), channel);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /// The checked header.
  SafetensorsHeader header() {
    return header;
  }

  /// The names of the tensors in the order of their bytes.
  SequencedSet<String> names() {
    return header.tensors().sequencedKeySet();
  }

  /// The shape of a tensor.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  long[] shape(String name) {
    return entry(name).dims();
  }

  /// The element type of a tensor.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  DType dtype(String name) {
    return entry(name).dtype();
  }

  /// A tensor as it is in the file, on the processor; it belongs to the scope that is open.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  /// @throws IOException if it cannot be read
  Tensor tensor(String name) throws IOException {
    var entry = entry(name);
    var tensor = Tensor.empty(entry.dtype(), entry.dims());
    copyInto(name, tensor);
    return tensor;
  }

  /// Overwrites `destination`, on any device, with a tensor of the same shape, converting the
  /// elements to its type.
  ///
  /// @throws IllegalArgumentException if there is none of this name, or its shape is another
  /// @throws IOException if it cannot be read; the destination is then partly overwritten
  void copyInto(String name, Tensor destination) throws IOException {
    check(name, destination);
    try (var _ = Scope.open()) {
      copy(entry(name), destination.detach());
    }
  }

  /// Refuses a destination of another shape.
  void check(String name, Tensor destination) {
    var entry = entry(name);
    if (!Arrays.equals(entry.dims(), destination.shape())) {
      throw new IllegalArgumentException(
          "%s: tensor %s has shape %s, but %s is expected: is this the checkpoint of another model?"
              .formatted(
                  path,
                  SafetensorsHeader.quoted(name),
                  entry.shape(),
                  Arrays.toString(destination.shape())));
    }
  }

  /// Whether a tensor of the file has the type, shape and bytes of another's.
  ///
  /// @throws IllegalArgumentException if there is none of a name
  /// @throws IOException if they cannot be read
  boolean sameBits(String one, SafetensorsFile file, String other) throws IOException {
    var a = entry(one);
    var b = file.entry(other);
    boolean same = a.dtype() == b.dtype() && a.shape().equals(b.shape());
    for (long from = 0; same && from < a.bytes(); from += PIECE) {
      int length = (int) Math.min(PIECE, a.bytes() - from);
      var left = ByteBuffer.allocate(length);
      var right = ByteBuffer.allocate(length);
      read(a.begin() + from, MemorySegment.ofBuffer(left));
      file.read(b.begin() + from, MemorySegment.ofBuffer(right));
      same = left.clear().equals(right.clear());
    }
    return same;
  }

  private void copy(SafetensorsHeader.Entry entry, Tensor destination) throws IOException {
    if (!destination.isContiguous()) {
      var whole = Tensor.empty(destination.dtype(), destination.shape());
      copy(entry, whole);
      destination.copy_(whole);
    } else if (destination.device() == Device.CPU
        && destination.dtype() == entry.dtype()
        && entry.dtype() != DType.BOOL) {
      read(entry.begin(), destination.data());
    } else {
      convert(entry, destination.view(-1));
    }
  }

  private void convert(SafetensorsHeader.Entry entry, Tensor destination) throws IOException {
    // A byte other than 0 and 1 in a boolean tensor is undefined behaviour in libtorch.
    var type = entry.dtype() == DType.BOOL ? DType.UINT8 : entry.dtype();
    long count = destination.count();
    for (long from = 0; from < count; from += CHUNK) {
      long length = Math.min(CHUNK, count - from);
      try (var _ = Scope.open()) {
        var chunk = Tensor.empty(type, length);
        read(entry.begin() + from * type.bytes(), chunk.data());
        destination
            .narrow(0, from, length)
            .copy_(entry.dtype() == DType.BOOL ? chunk.ne(0) : chunk);
      }
    }
  }

  /// Fills `memory` with the data from byte `begin` on.
  private void read(long begin, MemorySegment memory) throws IOException {
    for (long from = 0; from < memory.byteSize(); from += PIECE) {
      long length = Math.min(PIECE, memory.byteSize() - from);
      var piece = memory.asSlice(from, length).asByteBuffer();
      long start = header.dataStart() + begin + from;
      while (piece.hasRemaining()) {
        if (channel.read(piece, start + piece.position()) < 0) {
          throw new IOException(
              "%s ended at byte %d while it was read: another program cut it short, copy it again"
                  .formatted(path, start + piece.position()));
        }
      }
    }
  }

  private SafetensorsHeader.Entry entry(String name) {
    var entry = header.tensors().get(name);
    if (entry == null) {
      var some = names().stream().limit(8).toList();
      throw new IllegalArgumentException(
          "%s: there is no tensor %s; there are %d, such as %s"
              .formatted(path, SafetensorsHeader.quoted(name), names().size(), some));
    }
    return entry;
  }

  /// Gives the file back; tensors that were read stay.
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
