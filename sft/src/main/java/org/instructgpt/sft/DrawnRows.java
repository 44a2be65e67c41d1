package org.instructgpt.sft;

import org.instructgpt.cluster.Ranks;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Randomness;

/// Random numbers for dropout: each rank draws others, since it has other rows.
final class DrawnRows {
  private DrawnRows() {}

  static Randomness of(Ranks ranks, long seed, long step, Device device) {
    var purpose = ranks.isFirst() ? "dropout" : "dropout of rank " + ranks.rank();
    return Randomness.at(seed, purpose, step, device);
  }
}
