package org.instructgpt.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Tokens at their positions as vectors, for the decoders: what [Gpt#embed] computes.
///
/// @param tokens (V, C), float32
/// @param positions (T, C); null where positions are told otherwise
/// @param width C
/// @param factor of the vectors
record TokenVectors(
    MemorySegment tokens, @Nullable MemorySegment positions, int width, float factor) {

  /// @param weights float32; they must outlive what is made
  static TokenVectors of(GptConfig config, GptWeights weights) {
    var positions = weights.position();
    return new TokenVectors(
        weights.token().data(),
        positions == null ? null : positions.data(),
        config.width(),
        (float) config.effective().embeddingFactor());
  }

  /// Puts the vector of a token into `to` from `start` on.
  void put(int token, int position, float[] to, int start) {
    for (int j = 0; j < width; j++) {
      float x = entry(tokens, (long) token * width + j);
      float at = positions == null ? 0 : entry(positions, (long) position * width + j);
      to[start + j] = (x + at) * factor;
    }
  }

  private static float entry(MemorySegment numbers, long index) {
    return numbers.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }
}
