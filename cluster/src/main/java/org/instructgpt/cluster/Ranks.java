package org.instructgpt.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// The processes of a training, of which this is one.
///
/// Every process is a rank, 0 to [#count] - 1. All ranks call the same methods in the same order;
/// each call returns when all have come. What the ranks sum is equal to the bit on all of them, and
/// from run to run with as many ranks.
public sealed interface Ranks extends AutoCloseable permits Alone, C10dRanks {
  /// A training of one process: its methods have nothing to do.
  static Ranks alone() {
    return new Alone();
  }

  /// Which this is, from 0.
  int rank();

  /// How many there are.
  int count();

  /// Replaces a tensor by the sum of those of all ranks.
  ///
  /// @throws RankLostException if another rank ended, or did not come in time
  void allReduce(Tensor tensor);

  /// Gives each rank its part of the sum of all ranks' tensors.
  ///
  /// @param whole (N), N a multiple of the ranks' number
  /// @param part (N / count), overwritten
  /// @throws RankLostException if another rank ended, or did not come in time
  void reduceScatter(Tensor whole, Tensor part);

  /// Puts the parts of all ranks together.
  ///
  /// @param part (N / count)
  /// @param whole (N), overwritten
  /// @throws RankLostException if another rank ended, or did not come in time
  void allGather(Tensor part, Tensor whole);

  /// Overwrites a tensor with that of one rank.
  ///
  /// @throws RankLostException if another rank ended, or did not come in time
  void broadcast(Tensor tensor, int from);

  /// Returns when all ranks have called it.
  ///
  /// @throws RankLostException if another rank ended, or did not come in time
  void barrier();

  /// Whether this is the rank that speaks and writes for all.
  default boolean isFirst() {
    return rank() == 0;
  }

  /// This rank's part of what is to be done, in order: parts differ by one at most, and each is a
  /// run of neighbours, so that which rank does what changes nothing but the order of sums.
  default int[] share(int[] all) {
    return share(all, rank(), count());
  }

  /// The part of one rank of so many.
  static int[] share(int[] all, int rank, int count) {
    int from = (int) ((long) all.length * rank / count);
    int to = (int) ((long) all.length * (rank + 1) / count);
    return Arrays.copyOfRange(all, from, to);
  }

  /// The sum of a number over all ranks.
  ///
  /// @throws RankLostException if another rank ended, or did not come in time
  default double sum(double ofThisRank) {
    return together(new double[] {ofThisRank})[0];
  }

  /// The sums of numbers over all ranks. Where each rank fills other places of an array of zeros,
  /// all have the whole of it afterwards.
  ///
  /// @throws RankLostException if another rank ended, or did not come in time
  default double[] together(double[] ofThisRank) {
    if (count() == 1) {
      return ofThisRank;
    }
    try (var _ = Scope.open()) {
      var all = Tensor.of(ofThisRank, ofThisRank.length);
      allReduce(all);
      return all.doubles();
    }
  }

  /// A text that the first rank has, on every rank.
  ///
  /// @param text of the first rank; another's is not looked at
  /// @throws RankLostException if another rank ended, or did not come in time
  default String tell(String text) {
    if (count() == 1) {
      return text;
    }
    var bytes = isFirst() ? text.getBytes(StandardCharsets.UTF_8) : new byte[0];
    int length = (int) sum(bytes.length);
    var numbers = new double[length];
    for (int i = 0; i < bytes.length; i++) {
      numbers[i] = bytes[i];
    }
    double[] told = together(numbers);
    var all = new byte[length];
    for (int i = 0; i < length; i++) {
      all[i] = (byte) told[i];
    }
    return new String(all, StandardCharsets.UTF_8);
  }

  /// Leaves the others.
  @Override
  void close();
}
