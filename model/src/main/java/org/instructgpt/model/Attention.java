package org.instructgpt.model;

import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;

/// The attention of a model's layers.
@FunctionalInterface
interface Attention {
  /// Added to the scores of keys that must not be seen: after the softmax nothing is left of them.
  double HIDDEN = -1e9;

  /// From queries, keys and values side by side (N, H D + 2 K D) to the mixed values (N, H D),
  /// where H heads of queries share K heads of keys and values, all of D entries.
  Tensor mix(int layer, Tensor qkv);

  /// The queries of a layer, converted and scaled for its scores: in float32 where the scores are,
  /// and multiplied by what the usual scaling by width lacks.
  static Tensor queries(Tensor q, GptConfig config, int layer) {
    double factor = config.queryFactor(layer);
    var wide = wide(q, config);
    return factor == 1 ? wide : wide.mul(factor);
  }

  /// The softmax of the scores of queries (B, T, D) and keys (B, S, D) times values (B, S, D),
  /// written out: (B, T, D).
  ///
  /// @param mask added to the scores, (T, S) or (B, T, S)
  /// @param cap c, where scores are c tanh(x / c); 0 for none
  static Tensor writtenOut(Tensor q, Tensor k, Tensor v, Tensor mask, double cap) {
    double scale = Architecture.Heads.usualScale((int) q.size(2));
    var keys = k.transpose(1, 2);
    var scores =
        cap == 0
            ? mask.baddbmm(q, keys, scale)
            : q.bmm(keys).mul(scale / cap).tanh().mul(cap).add(mask);
    return scores.softmax(-1).to(v.dtype()).bmm(v);
  }

  /// Converts bfloat16 to float32 in models whose scores are float32.
  static Tensor wide(Tensor x, GptConfig config) {
    return config.upcast() && x.dtype() == DType.BFLOAT16 ? x.to(DType.FLOAT32) : x;
  }
}
