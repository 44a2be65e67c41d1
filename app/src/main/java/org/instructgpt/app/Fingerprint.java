package org.instructgpt.app;

import java.nio.ByteBuffer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// A short number that tells whether data is the same as before.
final class Fingerprint {
  private Fingerprint() {}

  /// Of token ids.
  static String of(int[] ids) {
    return of(Stream.of(ids));
  }

  /// Of several lists of token ids, in their order.
  static String of(Stream<int[]> rows) {
    var sum = new CRC32C();
    rows.forEach(row -> {
      var bytes = ByteBuffer.allocate(4 + 4 * row.length).putInt(row.length);
      bytes.asIntBuffer().put(row);
      sum.update(bytes.position(0));
    });
    return "%08x".formatted(sum.getValue());
  }
}
