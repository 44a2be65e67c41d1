package org.instructgpt.model;

import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;

/// How positions of a layer look at each other.
@FunctionalInterface
interface Attention {
  /// Added to the scores of keys that must not be seen: after the softmax nothing is left of them.
  double HIDDEN = -1e9;

  /// From queries, keys and values side by side (B, T, 3C) to the mixed values (B, T, C).
  Tensor mix(int layer, Tensor qkv);

  /// Queries as the scores of a layer want them: in float32 where those are, and multiplied by what
  /// the usual scaling by width lacks.
  static Tensor queries(Tensor q, GptConfig config, int layer) {
    double factor = config.queryFactor(layer);
    var wide = wide(q, config);
    return factor == 1 ? wide : wide.mul(factor);
  }

  /// bfloat16 as float32 where scores are to be.
  static Tensor wide(Tensor x, GptConfig config) {
    return config.upcast() && x.dtype() == DType.BFLOAT16 ? x.to(DType.FLOAT32) : x;
  }
}
