package org.instructgpt.records;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.instructgpt.files.Sha256;

/// Ids of records: from the time for new records, from the content for imported ones.
public final class Ids {
  private Ids() {}

  /// A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits, so that ids sort
  /// by age.
  public static String fresh(Instant now, RandomGenerator random) {
    long high = (now.toEpochMilli() << 16) | 0x7000 | (random.nextLong() & 0x0FFF);
    long low = 0x8000_0000_0000_0000L | (random.nextLong() >>> 2);
    return new UUID(high, low).toString();
  }

  /// A UUID of version 8 made from the SHA-256 of the parts: the same content has the same id, so
  /// importing a file twice adds nothing the second time.
  static String of(String... parts) {
    ByteBuffer hash = ByteBuffer.wrap(Sha256.ofAll(parts));
    long high = (hash.getLong() & ~0xF000L) | 0x8000;
    long low = (hash.getLong() >>> 2) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /// A number in [0, 1) that depends only on the key: the first 53 bits of its SHA-256.
  static double point(String key) {
    return (ByteBuffer.wrap(Sha256.ofAll(key)).getLong() >>> 11) * 0x1.0p-53;
  }
}
