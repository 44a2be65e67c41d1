package org.instructgpt.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A value in a GGUF file's metadata.
sealed interface GgufValue {

  /// A whole number; of UINT64, its bits.
  record Whole(GgufKind kind, long value) implements GgufValue {}

  /// A number with a fraction.
  record Real(GgufKind kind, double value) implements GgufValue {}

  /// True or false.
  record Truth(boolean value) implements GgufValue {}

  /// A text.
  record Text(String value) implements GgufValue {}

  /// A list of texts.
  record Texts(List<String> values) implements GgufValue {
    /// Makes the list unchangeable.
    public Texts {
      values = List.copyOf(values);
    }
  }

  /// A list of numbers or truth values.
  ///
  /// @param raw them as they lie in the file, little-endian
  record Numbers(GgufKind kind, ByteBuffer raw) implements GgufValue {
    /// How many.
    int size() {
      return raw.remaining() / kind.bytes();
    }

    /// A number; true is 1.
    double at(int place) {
      var little = raw.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      int at = raw.position() + place * kind.bytes();
      return switch (kind) {
        case UINT8 -> little.get(at) & 0xff;
        case INT8, BOOL -> little.get(at);
        case UINT16 -> little.getShort(at) & 0xffff;
        case INT16 -> little.getShort(at);
        case UINT32 -> little.getInt(at) & 0xffffffffL;
        case INT32 -> little.getInt(at);
        case UINT64, INT64 -> little.getLong(at);
        case FLOAT32 -> little.getFloat(at);
        case FLOAT64 -> little.getDouble(at);
        case STRING, ARRAY -> throw new IllegalStateException(kind + " is no number");
      };
    }
  }

  /// A whole number that is not negative, as most keys have it.
  static Whole of(int value) {
    return new Whole(GgufKind.UINT32, value);
  }

  /// A number with a fraction.
  static Real of(double value) {
    return new Real(GgufKind.FLOAT32, (float) value);
  }

  /// True or false.
  static Truth of(boolean value) {
    return new Truth(value);
  }

  /// A text.
  static Text of(String value) {
    return new Text(value);
  }

  /// A list of whole numbers.
  static Numbers of(int[] values) {
    var raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      raw.putInt(value);
    }
    return new Numbers(GgufKind.INT32, raw.flip());
  }

  /// A list of numbers with a fraction.
  static Numbers of(float[] values) {
    var raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return new Numbers(GgufKind.FLOAT32, raw.flip());
  }

  /// A list of truth values.
  static Numbers of(boolean[] values) {
    var raw = ByteBuffer.allocate(values.length);
    for (boolean value : values) {
      raw.put((byte) (value ? 1 : 0));
    }
    return new Numbers(GgufKind.BOOL, raw.flip());
  }
}
