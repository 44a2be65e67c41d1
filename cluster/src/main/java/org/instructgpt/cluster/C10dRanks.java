package org.instructgpt.cluster;

import java.time.Duration;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.instructgpt.torch.NativeTensors;
import org.instructgpt.torch.Tensor;

/// Ranks that compute in common by c10d.
final class C10dRanks implements Ranks {
  private static final String LEFT = "left";
  private static final long PAUSE_MILLIS = 20;

  private final RankPlace place;
  private final Backend group;
  private final Store store;
  private final Duration patience;

  /// Whether another rank was lost: then nobody is waited for any more.
  private boolean alone;

  /// @param group of all ranks
  /// @param store through which they met; rank 0 holds it
  /// @param patience how long the others are waited for at the end
  C10dRanks(RankPlace place, Backend group, Store store, Duration patience) {
    this.place = place;
    this.group = group;
    this.store = store;
    this.patience = patience;
  }

  @Override
  public int rank() {
    return place.rank();
  }

  @Override
  public int count() {
    return place.count();
  }

  @Override
  public void allReduce(Tensor tensor) {
    await("all-reduce", () -> group.allreduce(vector(tensor)));
  }

  @Override
  public void reduceScatter(Tensor whole, Tensor part) {
    requireParts(whole, part);
    await(
        "reduce-scatter",
        () -> group._reduce_scatter_base(NativeTensors.of(part), NativeTensors.of(whole)));
  }

  @Override
  public void allGather(Tensor part, Tensor whole) {
    requireParts(whole, part);
    await(
        "all-gather", () -> group._allgather_base(NativeTensors.of(whole), NativeTensors.of(part)));
  }

  private void requireParts(Tensor whole, Tensor part) {
    if (whole.count() != part.count() * count()) {
      throw new IllegalArgumentException(
          "expected a part of a %d-th of the whole, found %s and %s"
              .formatted(count(), part, whole));
    }
  }

  @Override
  public void broadcast(Tensor tensor, int from) {
    var options = new BroadcastOptions();
    options.rootRank(from);
    await("broadcast", () -> group.broadcast(vector(tensor), options));
  }

  @Override
  public void barrier() {
    await("barrier", group::barrier);
  }

  private static TensorVector vector(Tensor tensor) {
    return new TensorVector(NativeTensors.of(tensor));
  }

  /// Starts a call and waits until all ranks have come to it.
  private void await(String call, Supplier<Work> start) {
    try {
      boolean _ = start.get()._wait();
    } catch (RuntimeException lost) {
      alone = true;
      throw new RankLostException(
          "%s lost another rank at %s (%s): all ranks must be started again; the same command goes on from the last checkpoint"
              .formatted(place.name(), call, Rendezvous.firstLine(lost)),
          lost);
    }
  }

  /// Rank 0, which holds the store, waits until all have come here: nobody's last call is cut off.
  @Override
  public void close() {
    if (alone) {
      return;
    }
    try {
      long left = store.add(LEFT, 1);
      for (long i = patience.toMillis() / PAUSE_MILLIS; isFirst() && left < count() && i > 0; i--) {
        Thread.sleep(PAUSE_MILLIS);
        left = store.add(LEFT, 0);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException gone) {
      // rank 0 ended before: nothing is left to wait for
    }
  }
}
