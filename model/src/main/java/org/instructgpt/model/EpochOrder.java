package org.instructgpt.model;

import java.util.Random;

/// Which examples each step takes: every pass over the data visits all of them once in an order of
/// its own, and a batch that reaches the end of a pass goes on with the next.
///
/// The order is computed from the seed and the number of the pass, so the data cursor of a run is
/// its step number and nothing else needs saving.
public final class EpochOrder {
  private final int examples;
  private final int batch;
  private final long seed;
  private long pass = -1;
  private int[] order = {};

  /// @param examples how many there are, at least 1
  /// @param batch how many a step takes, at least 1
  public EpochOrder(int examples, int batch, long seed) {
    if (examples < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "expected at least 1 example and a batch of at least 1, found %d and %d: is the data set empty?"
              .formatted(examples, batch));
    }
    this.examples = examples;
    this.batch = batch;
    this.seed = seed;
  }

  /// The number of steps in `passes` passes, the last one possibly reaching into another.
  public long steps(double passes) {
    return Math.max(1, (long) Math.ceil(passes * examples / batch));
  }

  /// The examples of step `step`, counted from 0.
  public int[] at(long step) {
    var chosen = new int[batch];
    for (int i = 0; i < batch; i++) {
      long index = step * batch + i;
      chosen[i] = order(index / examples)[(int) (index % examples)];
    }
    return chosen;
  }

  private int[] order(long wanted) {
    if (wanted != pass) {
      order = permutation(examples, seed, wanted);
      pass = wanted;
    }
    return order;
  }

  /// The numbers from 0 to before `count` in the order that belongs to `seed` and `which`.
  public static int[] permutation(int count, long seed, long which) {
    var random = new Random(org.instructgpt.torch.Randomness.mix(seed, which));
    var result = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      result[i] = result[j];
      result[j] = i;
    }
    return result;
  }
}
