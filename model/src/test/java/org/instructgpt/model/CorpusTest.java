package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.instructgpt.model.Corpus.Tokens;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;

class CorpusTest {

  /// Three billion ids of which nothing is kept: each is its place, modulo a thousand and one.
  private static final Tokens MANY =
      new Tokens() {
        @Override
        public long count() {
          return 3_000_000_001L;
        }

        @Override
        public int[] slice(long from, int length) {
          return IntStream.range(0, length).map(i -> (int) ((from + i) % 1001)).toArray();
        }
      };

  @Test
  void aCorpusMayHaveMoreTokensThanAnArray() {
    var corpus = new Corpus(MANY, 1000);

    assertThat(corpus.count()).isEqualTo(3_000_000);
    try (var _ = Scope.open()) {
      var windows = corpus.at(new int[] {0, 2_147_484, 2_999_999}, Device.CPU);
      long[] inputs = windows.inputs().longs();
      long[] targets = windows.targets().longs();
      for (int n = 0; n < 3; n++) {
        long start = new long[] {0, 2_147_484_000L, 2_999_999_000L}[n];
        for (int i = 0; i < 1000; i++) {
          assertThat(inputs[1000 * n + i]).isEqualTo((start + i) % 1001);
          assertThat(targets[1000 * n + i]).isEqualTo((start + i + 1) % 1001);
        }
      }
    }
  }

  @Test
  void moreWindowsThanCanBeNumberedAreRefused() {
    assertThatThrownBy(() -> new Corpus(MANY, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 2147483647 windows of 1 tokens, found 3000000001");
  }

  @Test
  void blocksHoldWhatAnArrayWould() {
    var blocks = new Tokens.Blocks(7);
    int[] all = new int[0];
    for (int length : new int[] {0, 3, 4, 1, 20, 7, 0, 14, 6}) {
      int had = all.length;
      int[] more = IntStream.range(0, length).map(i -> had + i).toArray();
      blocks.add(more);
      all = Arrays.copyOf(all, had + length);
      System.arraycopy(more, 0, all, had, length);
    }
    assertThat(blocks.count()).isEqualTo(55);
    for (int from = 0; from <= 55; from++) {
      for (int to = from; to <= 55; to++) {
        assertThat(blocks.slice(from, to - from)).isEqualTo(Arrays.copyOfRange(all, from, to));
      }
    }
    assertThat(blocks.slices(9).flatMapToInt(Arrays::stream).toArray()).isEqualTo(all);
    assertThatThrownBy(() -> blocks.slice(50, 6)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
