package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// Plain text to learn next-token prediction from: documents one after another, each closed by the
/// end-of-text token, cut into windows of equal length. Pretraining reads it, and so does the
/// pretraining mix of SFT and PPO-ptx.
///
/// @param tokens all documents
/// @param window number T of tokens predicted in each window
public record Corpus(Tokens tokens, int window) {
  /// Checks that there is at least one window, and not more than can be numbered.
  public Corpus {
    if (window < 1 || tokens.count() <= window) {
      throw new IllegalArgumentException(
          "expected a text of more tokens than the window of %d, found %d: give more text"
              .formatted(window, tokens.count()));
    }
    if ((tokens.count() - 1) / window > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected a text of at most %d windows of %d tokens, found %d tokens: give less text"
              .formatted(Integer.MAX_VALUE, window, tokens.count()));
    }
  }

  /// The text of an array of ids.
  public Corpus(int[] tokens, int window) {
    this(Tokens.of(tokens), window);
  }

  /// Some of the windows.
  ///
  /// @param inputs ids (B, T)
  /// @param targets the id after each of them (B, T)
  public record Windows(Tensor inputs, Tensor targets) {}

  /// Encodes documents. Each one is closed by the end-of-text token.
  public static Corpus of(Iterable<String> documents, Tokenizer tokenizer, int window) {
    var tokens = new Tokens.Blocks();
    for (var document : documents) {
      tokens.add(tokenizer.encodeFromStart(document));
      tokens.add(tokenizer.endOfText());
    }
    return new Corpus(tokens, window);
  }

  /// The number of windows.
  public int count() {
    return Math.toIntExact((tokens.count() - 1) / window);
  }

  /// The windows of the given numbers.
  public Windows at(int[] numbers, Device device) {
    var inputs = new long[Math.multiplyExact(numbers.length, window)];
    var targets = new long[inputs.length];
    for (int n = 0; n < numbers.length; n++) {
      int[] ids = tokens.slice((long) numbers[n] * window, window + 1);
      for (int i = 0; i < window; i++) {
        inputs[n * window + i] = ids[i];
        targets[n * window + i] = ids[i + 1];
      }
    }
    return new Windows(
        Tensor.of(inputs, numbers.length, window).to(device),
        Tensor.of(targets, numbers.length, window).to(device));
  }

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
          Objects.checkFromIndexSize(start, length, ids.length);
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
        Objects.checkFromIndexSize(from, length, count);
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
}
