package org.instructgpt.project;

import java.nio.ByteBuffer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.instructgpt.model.Corpus.Tokens;

/// A short number that tells whether data is the same as before.
public final class DataHash {
  /// Ids that are turned into bytes at a time.
  private static final int SLICE = 1 << 16;

  private final CRC32C sum = new CRC32C();
  private final ByteBuffer bytes = ByteBuffer.allocate(4 * SLICE);

  private DataHash() {}

  /// Of token ids.
  public static String of(Tokens ids) {
    return of(Stream.of(ids), tokens -> tokens);
  }

  /// Of several lists of token ids, in their order.
  public static String of(Stream<int[]> rows) {
    return of(rows, Tokens::of);
  }

  private static <T> String of(Stream<T> rows, java.util.function.Function<T, Tokens> tokens) {
    var fingerprint = new DataHash();
    rows.map(tokens).forEach(fingerprint::add);
    return "%08x".formatted(fingerprint.sum.getValue());
  }

  private void add(Tokens ids) {
    sum.update(bytes.clear().putInt((int) ids.count()).flip());
    ids.slices(SLICE)
        .forEach(slice -> {
          bytes.clear().asIntBuffer().put(slice);
          sum.update(bytes.limit(4 * slice.length));
        });
  }
}
