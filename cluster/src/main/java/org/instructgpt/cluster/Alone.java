package org.instructgpt.cluster;

import org.instructgpt.torch.Tensor;

/// The one rank of a training of one process.
record Alone() implements Ranks {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public void allReduce(Tensor tensor) {}

  @Override
  public void reduceScatter(Tensor whole, Tensor part) {
    part.copy_(whole);
  }

  @Override
  public void allGather(Tensor part, Tensor whole) {
    whole.copy_(part);
  }

  @Override
  public void broadcast(Tensor tensor, int from) {}

  @Override
  public void barrier() {}

  @Override
  public void close() {}
}
