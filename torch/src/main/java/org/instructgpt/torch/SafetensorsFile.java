package org.instructgpt.torch;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SequencedSet;

/// An open safetensors file, whose tensors are read one at a time straight into their place.
///
/// The file is mapped, not read: a model of any size is loaded with no more memory than its
/// parameters take, and what is never asked for is never read. For the thread that opened it.
///
/// ```java
/// try (var file = SafetensorsFile.open(path)) {
///   parameters.byName().forEach((name, parameter) -> file.copyInto(name, parameter));
/// }
/// ```
final class SafetensorsFile implements AutoCloseable {
  /// Elements converted at a time: few enough that the copy between file and destination stays
  /// small beside any model.
  private static final long CHUNK = 1 << 20;

  private final Path path;
  private final SafetensorsHeader header;
  private final Arena arena;
  private final MemorySegment data;

  private SafetensorsFile(Path path, SafetensorsHeader header, Arena arena, MemorySegment data) {
    this.path = path;
    this.header = header;
    this.arena = arena;
    this.data = data;
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
    var arena = Arena.ofConfined();
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var header = SafetensorsHeaderReader.read(path, channel);
      long start = header.dataStart();
      var data = channel.map(FileChannel.MapMode.READ_ONLY, start, channel.size() - start, arena);
      return new SafetensorsFile(path, header, arena, data);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
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
  Tensor tensor(String name) {
    var entry = entry(name);
    var tensor = Tensor.empty(entry.dtype(), entry.dims());
    copyInto(name, tensor);
    return tensor;
  }

  /// Overwrites `destination`, on any device, with a tensor of the same shape, converting the
  /// elements to its type.
  ///
  /// @throws IllegalArgumentException if there is none of this name, or its shape is another
  void copyInto(String name, Tensor destination) {
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
    Scope.constant(() -> {
      try (var _ = Scope.open()) {
        copy(entry, destination.detach());
      }
    });
  }

  private void copy(SafetensorsHeader.Entry entry, Tensor destination) {
    if (!destination.isContiguous()) {
      var whole = Tensor.empty(destination.dtype(), destination.shape());
      copy(entry, whole);
      destination.copy_(whole);
    } else if (destination.device() == Device.CPU
        && destination.dtype() == entry.dtype()
        && entry.dtype() != DType.BOOL) {
      destination.data().copyFrom(data.asSlice(entry.begin(), entry.bytes()));
    } else {
      convert(entry, destination.view(-1));
    }
  }

  private void convert(SafetensorsHeader.Entry entry, Tensor destination) {
    // A byte other than 0 and 1 in a boolean tensor is undefined behaviour in libtorch.
    var type = entry.dtype() == DType.BOOL ? DType.UINT8 : entry.dtype();
    long count = destination.count();
    for (long from = 0; from < count; from += CHUNK) {
      long length = Math.min(CHUNK, count - from);
      try (var _ = Scope.open()) {
        var chunk = Tensor.empty(type, length);
        chunk
            .data()
            .copyFrom(data.asSlice(entry.begin() + from * type.bytes(), length * type.bytes()));
        destination
            .narrow(0, from, length)
            .copy_(entry.dtype() == DType.BOOL ? chunk.ne(0) : chunk);
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
  public void close() {
    arena.close();
  }
}
