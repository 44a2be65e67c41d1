package org.instructgpt.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/// The element types a tensor can have, with the names safetensors uses for them.
public enum DType {
  /// IEEE 754 double precision: tests and reference numerics.
  FLOAT64(ScalarType.Double, "F64", 8),
  /// IEEE 754 single precision: parameters, optimizer state, losses.
  FLOAT32(ScalarType.Float, "F32", 4),
  /// 8 bits of exponent, 7 of fraction: matrix products under mixed precision.
  BFLOAT16(ScalarType.BFloat16, "BF16", 2),
  /// IEEE 754 half precision: read from other people's checkpoints.
  FLOAT16(ScalarType.Half, "F16", 2),
  /// Token ids, indices, counts.
  INT64(ScalarType.Long, "I64", 8),
  /// 32-bit integers.
  INT32(ScalarType.Int, "I32", 4),
  /// 16-bit integers.
  INT16(ScalarType.Short, "I16", 2),
  /// 8-bit integers.
  INT8(ScalarType.Char, "I8", 1),
  /// Bytes.
  UINT8(ScalarType.Byte, "U8", 1),
  /// Masks.
  BOOL(ScalarType.Bool, "BOOL", 1);

  final ScalarType scalar;
  private final String code;
  private final int bytes;

  DType(ScalarType scalar, String code, int bytes) {
    this.scalar = scalar;
    this.code = code;
    this.bytes = bytes;
  }

  /// The width of one element in bytes.
  public int bytes() {
    return bytes;
  }

  /// The name in a safetensors header, such as `F32`.
  public String code() {
    return code;
  }

  /// Whether elements are floating-point numbers.
  public boolean isFloating() {
    return switch (this) {
      case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> true;
      default -> false;
    };
  }

  static DType of(ScalarType scalar) {
    var found = scalar.intern();
    for (var type : values()) {
      if (type.scalar == found) {
        return type;
      }
    }
    throw new IllegalArgumentException("element type " + found + " is not supported");
  }
}
