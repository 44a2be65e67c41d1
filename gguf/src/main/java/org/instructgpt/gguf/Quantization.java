package org.instructgpt.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The type q8_0: 32 neighbours of a row share a scale d in float16, and each is a whole number q
/// from -127 to 127 that stands for d q.
///
/// d is the greatest magnitude by 127, so the greatest becomes exactly 127 or -127, and an element
/// is off by at most d / 2 and what float16 rounds d by (a part in 2,048, of at most 127 d).
final class Quantization {
  /// Elements of a block.
  static final int BLOCK = 32;

  private static final int BLOCK_BYTES = 2 + BLOCK;
  private static final float GREATEST_FLOAT16 = 65_504f;

  private Quantization() {}

  /// The blocks of some elements.
  ///
  /// @param floats whole blocks of float32
  /// @throws ArithmeticException if a scale is too large for float16
  static ByteBuffer q8(MemorySegment floats) {
    int blocks = Math.toIntExact(floats.byteSize() / Float.BYTES / BLOCK);
    var bytes = ByteBuffer.allocate(blocks * BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int b = 0; b < blocks; b++) {
      long from = (long) b * BLOCK;
      float greatest = 0;
      for (int i = 0; i < BLOCK; i++) {
        greatest = Math.max(greatest, Math.abs(at(floats, from + i)));
      }
      float scale = greatest / 127;
      if (scale > GREATEST_FLOAT16) {
        throw new ArithmeticException("%s by 127 is too large for float16".formatted(greatest));
      }
      bytes.putShort(Float.floatToFloat16(scale));
      float inverse = scale == 0 ? 0 : 1 / scale;
      for (int i = 0; i < BLOCK; i++) {
        bytes.put(rounded(at(floats, from + i) * inverse));
      }
    }
    return bytes.flip();
  }

  private static float at(MemorySegment floats, long place) {
    return floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, place);
  }

  /// The nearest whole number, halves away from 0. The inverse of the smallest scales is infinite;
  /// their numbers are within the range all the same.
  private static byte rounded(float x) {
    double whole = Math.copySign(Math.floor(Math.abs((double) x) + 0.5), x);
    return (byte) Math.clamp(whole, -127, 127);
  }
}
