package org.instructgpt.model;

import org.instructgpt.torch.Tensor;

/// How positions of a layer look at each other.
@FunctionalInterface
interface Attention {
  /// Added to the scores of keys that must not be seen: after the softmax nothing is left of them.
  double HIDDEN = -1e9;

  /// From queries, keys and values side by side (B, T, 3C) to the mixed values (B, T, C).
  Tensor mix(int layer, Tensor qkv);
}
