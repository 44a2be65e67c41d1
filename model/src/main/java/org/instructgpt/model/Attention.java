package org.instructgpt.model;

import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;

/// The attention of a model's layers.
@FunctionalInterface
interface Attention {
  /// Added to the scores of keys that must not be seen: after the softmax nothing is left of them.
  double HIDDEN = -1e9;

  /// From queries, keys and values side by side (N, 3C) to the mixed values (N, C).
  Tensor mix(int layer, Tensor qkv);

  /// The queries of a layer, converted and scaled for its scores: in float32 where the scores are,
  /// and multiplied by what the usual scaling by width lacks.
  static Tensor queries(Tensor q, GptConfig config, int layer) {
    double factor = config.queryFactor(layer);
    var wide = wide(q, config);
    return factor == 1 ? wide : wide.mul(factor);
  }

  /// Converts bfloat16 to float32 in models whose scores are float32.
  static Tensor wide(Tensor x, GptConfig config) {
    return config.upcast() && x.dtype() == DType.BFLOAT16 ? x.to(DType.FLOAT32) : x;
  }
}
