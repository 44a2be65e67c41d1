package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.instructgpt.model.Corpus.Tokens;
import org.junit.jupiter.api.Test;

class DataHashTest {

  @Test
  void aFingerprintIsTheChecksumOfAllBytesAtOnce() {
    for (int count : new int[] {0, 1, 65_535, 65_536, 65_537, 200_000}) {
      int[] ids = IntStream.range(0, count).map(i -> i * 31).toArray();
      var bytes = ByteBuffer.allocate(4 + 4 * count).putInt(count);
      bytes.asIntBuffer().put(ids);
      var sum = new CRC32C();
      sum.update(bytes.position(0));

      assertThat(DataHash.of(Tokens.of(ids))).isEqualTo("%08x".formatted(sum.getValue()));
      assertThat(DataHash.of(Stream.of(ids))).isEqualTo("%08x".formatted(sum.getValue()));
    }
  }

  /// The bytes of more than 536,870,911 ids are more than an array can hold.
  @Test
  void halfABillionTokensHaveAFingerprintToo() {
    assertThat(DataHash.of(zeros(536_870_912L))).isNotEqualTo(DataHash.of(zeros(536_870_911L)));
  }

  private static Tokens zeros(long count) {
    int[] slice = new int[1 << 16];
    return new Tokens() {
      @Override
      public long count() {
        return count;
      }

      @Override
      public int[] slice(long from, int length) {
        return length == slice.length ? slice : new int[length];
      }
    };
  }
}
