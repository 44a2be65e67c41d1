package org.instructgpt.torch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Lays out and writes one safetensors file.
///
/// Wide elements come first and the header is padded to 8 bytes, so that every tensor begins at a
/// multiple of its element's width in the mapped file; equal widths follow by name.
final class SafetensorsWriter {
  /// Bytes given to the system at once, far below the 2 GB that a buffer holds.
  private static final long CHUNK = 16 << 20;

  private final List<Map.Entry<String, SafetensorsHeader.Entry>> tensors;
  private final Safetensors.Source source;
  private final Map<String, String> metadata;

  SafetensorsWriter(
      Map<String, SafetensorsHeader.Entry> tensors,
      Safetensors.Source source,
      Map<String, String> metadata) {
    this.source = source;
    tensors.keySet().forEach(SafetensorsWriter::checkName);
    if (tensors.size() > SafetensorsHeader.TENSOR_LIMIT) {
      throw new IllegalArgumentException(
          "expected at most %d tensors for one file, found %d"
              .formatted(SafetensorsHeader.TENSOR_LIMIT, tensors.size()));
    }
    this.metadata = new TreeMap<>(metadata);
    this.tensors =
        tensors.entrySet().stream()
            .sorted(
                Comparator.<Map.Entry<String, SafetensorsHeader.Entry>>comparingInt(
                        e -> -e.getValue().dtype().bytes())
                    .thenComparing(Map.Entry::getKey))
            .toList();
  }

  private static void checkName(String name) {
    if (name.equals(SafetensorsHeader.METADATA) || name.length() > SafetensorsHeader.NAME_LIMIT) {
      throw new IllegalArgumentException(
          "a tensor cannot be called %s in a safetensors file: expected at most %d characters and"
                  .formatted(SafetensorsHeader.quoted(name), SafetensorsHeader.NAME_LIMIT)
              + " not "
              + SafetensorsHeader.METADATA);
    }
  }

  /// Writes everything from where `channel` stands.
  void writeTo(FileChannel channel) throws IOException {
    var header = header();
    var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
    writeFully(channel, length.flip());
    writeFully(channel, ByteBuffer.wrap(header));
    for (var tensor : tensors) {
      // One tensor at a time is copied from a device or into row-major order.
      try (var _ = Scope.open()) {
        var read = source.tensor(tensor.getKey());
        checkLaidOut(tensor.getKey(), tensor.getValue(), read);
        writeFully(channel, read.detach().to(Device.CPU).contiguous().data());
      }
    }
  }

  private static void checkLaidOut(String name, SafetensorsHeader.Entry said, Tensor given) {
    if (given.dtype() != said.dtype() || !Arrays.equals(given.shape(), said.dims())) {
      throw new IllegalStateException(
          "%s was laid out as %s of %s, but is %s of %s"
              .formatted(
                  SafetensorsHeader.quoted(name),
                  said.shape(),
                  said.dtype().code(),
                  Arrays.toString(given.shape()),
                  given.dtype().code()));
    }
  }

  private byte[] header() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsHeader.METADATA);
        for (var entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long at = 0;
      for (var tensor : tensors) {
        at = describe(json, tensor.getKey(), tensor.getValue(), at);
      }
      json.writeEndObject();
    }
    while (bytes.size() % 8 != 0) {
      bytes.write(' ');
    }
    if (bytes.size() > SafetensorsHeader.HEADER_LIMIT) {
      throw new IllegalArgumentException(
          "names, shapes and metadata take %d bytes, but a safetensors header has at most %d"
              .formatted(bytes.size(), SafetensorsHeader.HEADER_LIMIT));
    }
    return bytes.toByteArray();
  }

  private static long describe(
      JsonGenerator json, String name, SafetensorsHeader.Entry tensor, long begin)
      throws IOException {
    long end = begin + tensor.bytes();
    json.writeObjectFieldStart(name);
    json.writeStringField("dtype", tensor.dtype().code());
    json.writeFieldName("shape");
    var shape = tensor.dims();
    json.writeArray(shape, 0, shape.length);
    json.writeFieldName("data_offsets");
    json.writeArray(new long[] {begin, end}, 0, 2);
    json.writeEndObject();
    return end;
  }

  private static void writeFully(FileChannel channel, MemorySegment segment) throws IOException {
    for (long from = 0; from < segment.byteSize(); from += CHUNK) {
      long length = Math.min(CHUNK, segment.byteSize() - from);
      writeFully(channel, segment.asSlice(from, length).asByteBuffer());
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
