package org.instructgpt.gguf;

import java.util.Arrays;
import java.util.Optional;

/// The kinds of values in a GGUF file's metadata.
enum GgufKind {
  UINT8(0, 1),
  INT8(1, 1),
  UINT16(2, 2),
  INT16(3, 2),
  UINT32(4, 4),
  INT32(5, 4),
  FLOAT32(6, 4),
  BOOL(7, 1),
  STRING(8, 8),
  ARRAY(9, 12),
  UINT64(10, 8),
  INT64(11, 8),
  FLOAT64(12, 8);

  private final int code;
  private final int bytes;

  GgufKind(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /// The number in files.
  int code() {
    return code;
  }

  /// The bytes of a value; the fewest of a text or an array.
  int bytes() {
    return bytes;
  }

  /// The kind with a number.
  static Optional<GgufKind> of(long code) {
    return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
  }
}
