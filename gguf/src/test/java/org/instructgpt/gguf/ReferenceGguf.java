package org.instructgpt.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A GGUF file read by its documentation alone, in one pass over all its bytes, with every element
/// as a double; for files that are sound.
final class ReferenceGguf {
  final int version;
  final Map<String, Object> metadata = new LinkedHashMap<>();
  final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final ByteBuffer bytes;

  /// @param type the number of its type
  /// @param sizes as the file lists them
  record Tensor(int type, List<Long> sizes, double[] values, byte[] raw) {}

  private record Place(String name, List<Long> sizes, int type, long offset) {}

  ReferenceGguf(Path file) throws IOException {
    bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.getInt() != 0x46554747) {
      throw new AssertionError("no GGUF file");
    }
    version = bytes.getInt();
    long count = bytes.getLong();
    long keys = bytes.getLong();
    for (long i = 0; i < keys; i++) {
      var key = text();
      metadata.put(key, value(bytes.getInt()));
    }
    var places = new ArrayList<Place>();
    for (long i = 0; i < count; i++) {
      var name = text();
      int dimensions = bytes.getInt();
      var sizes = new ArrayList<Long>();
      for (int d = 0; d < dimensions; d++) {
        sizes.add(bytes.getLong());
      }
      places.add(new Place(name, sizes, bytes.getInt(), bytes.getLong()));
    }
    int start = (bytes.position() + 31) / 32 * 32;
    for (var place : places) {
      tensors.put(place.name, tensor(place, Math.toIntExact(start + place.offset)));
    }
  }

  private Tensor tensor(Place place, int at) {
    int elements = Math.toIntExact(place.sizes.stream().reduce(1L, (a, b) -> a * b));
    var values = new double[elements];
    int length =
        switch (place.type) {
          case 0 -> 4 * elements;
          case 1, 30 -> 2 * elements;
          case 8 -> elements / 32 * 34;
          default -> throw new AssertionError("type " + place.type);
        };
    for (int i = 0; i < elements; i++) {
      values[i] =
          switch (place.type) {
            case 0 -> bytes.getFloat(at + 4 * i);
            case 1 -> Float.float16ToFloat(bytes.getShort(at + 2 * i));
            case 30 -> Float.intBitsToFloat(bytes.getShort(at + 2 * i) << 16);
            default -> {
              int block = at + i / 32 * 34;
              yield (double) Float.float16ToFloat(bytes.getShort(block))
                  * bytes.get(block + 2 + i % 32);
            }
          };
    }
    var raw = new byte[length];
    bytes.get(at, raw);
    return new Tensor(place.type, place.sizes, values, raw);
  }

  private String text() {
    var text = new byte[Math.toIntExact(bytes.getLong())];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private Object value(int kind) {
    return switch (kind) {
      case 4 -> Integer.toUnsignedLong(bytes.getInt());
      case 5 -> (long) bytes.getInt();
      case 6 -> bytes.getFloat();
      case 7 -> bytes.get() == 1;
      case 8 -> text();
      case 9 -> {
        int of = bytes.getInt();
        long length = bytes.getLong();
        var all = new ArrayList<Object>();
        for (long i = 0; i < length; i++) {
          all.add(value(of));
        }
        yield all;
      }
      default -> throw new AssertionError("kind " + kind);
    };
  }

  /// A text of the metadata.
  List<?> list(String key) {
    return (List<?>) metadata.getOrDefault(key, List.of());
  }
}
