package org.instructgpt.torch;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The header of a safetensors file.
///
/// @param tensors what is said of each tensor, in the order of their bytes
/// @param metadata free texts
/// @param dataStart where in the file the data begins, in bytes
public record SafetensorsHeader(
    SequencedMap<String, Entry> tensors, Map<String, String> metadata, long dataStart) {
  /// The longest header that is read, in bytes: room for the [#TENSOR_LIMIT] with 500 bytes each.
  static final int HEADER_LIMIT = 10_000_000;

  /// The greatest number of tensors in a file.
  static final int TENSOR_LIMIT = 20_000;

  /// The longest name of a tensor, in characters.
  static final int NAME_LIMIT = 1_000;

  /// The name in the header that is no tensor's.
  static final String METADATA = "__metadata__";

  /// Makes both maps unchangeable.
  public SafetensorsHeader {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /// One tensor of a file.
  ///
  /// @param dtype the element type
  /// @param shape the sizes of the dimensions
  /// @param begin its first byte, counted from the start of the data
  /// @param end the byte after its last
  public record Entry(DType dtype, List<Long> shape, long begin, long end) {
    /// Makes the shape unchangeable.
    public Entry {
      shape = List.copyOf(shape);
    }

    /// A tensor alone: its bytes begin at 0.
    public static Entry of(DType dtype, long... shape) {
      long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      return new Entry(
          dtype,
          Arrays.stream(shape).boxed().toList(),
          0,
          Math.multiplyExact(count, (long) dtype.bytes()));
    }

    /// How many bytes it takes.
    public long bytes() {
      return end - begin;
    }

    long[] dims() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /// A name of unknown origin, fit for a message.
  static String quoted(String name) {
    var line = name.replaceAll("\\p{Cntrl}", "?");
    return "'" + (line.length() <= 100 ? line : line.substring(0, 100) + "...") + "'";
  }
}
