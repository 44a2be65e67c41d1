package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Token ids, as many as fit into memory: one array ends at 2^31.
public interface Tokens {
  /// How many.
  long count();

  /// Some of them, in a new array.
  ///
  /// @throws IndexOutOfBoundsException if there are fewer
  int[] slice(long from, int length);

  /// All of them in their order, `length` at a time; the last slice may be shorter.
  default Stream<int[]> slices(int length) {
    return LongStream.iterate(0, from -> from < count(), from -> from + length)
        .mapToObj(from -> slice(from, (int) Math.min(length, count() - from)));
  }

  /// Those of an array, which is not copied.
  static Tokens of(int[] ids) {
    return new Tokens() {
      @Override
      public long count() {
        return ids.length;
      }

      @Override
      public int[] slice(long from, int length) {
        int start = Math.toIntExact(from);
        java.util.Objects.checkFromIndexSize(start, length, ids.length);
        return Arrays.copyOfRange(ids, start, start + length);
      }
    };
  }

  /// Ids that come one list after another, in blocks that are never moved.
  final class Blocks implements Tokens {
    /// 4 MiB.
    private static final int SIZE = 1 << 20;

    private final int size;
    private final List<int[]> blocks = new ArrayList<>();
    private long count;

    /// None yet.
    public Blocks() {
      this(SIZE);
    }

    /// @param size ids a block
    Blocks(int size) {
      this.size = size;
    }

    /// Adds ids at the end.
    public void add(int... ids) {
      int done = 0;
      while (done < ids.length) {
        int at = (int) (count % size);
        if (at == 0) {
          blocks.add(new int[size]);
        }
        int some = Math.min(size - at, ids.length - done);
        System.arraycopy(ids, done, blocks.getLast(), at, some);
        done += some;
        count += some;
      }
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public int[] slice(long from, int length) {
      java.util.Objects.checkFromIndexSize(from, length, count);
      var ids = new int[length];
      int done = 0;
      while (done < length) {
        int at = (int) ((from + done) % size);
        int some = Math.min(size - at, length - done);
        System.arraycopy(blocks.get((int) ((from + done) / size)), at, ids, done, some);
        done += some;
      }
      return ids;
    }
  }
}
