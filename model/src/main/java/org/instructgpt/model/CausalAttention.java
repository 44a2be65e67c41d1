package org.instructgpt.model;

import java.util.Objects;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Attention over whole sequences: each position sees itself and what lies before it; in a banded
/// layer only the last `band` positions.
///
/// In float32 libtorch's fused attention is the fastest on a processor, in bfloat16 two batched
/// products around a softmax (measured: the fused one is several times slower there).
final class CausalAttention implements Attention {
  private final GptConfig config;
  private final boolean fused;
  private final @Nullable Tensor dense;
  private final @Nullable Tensor banded;

  CausalAttention(GptConfig config, int length, Precision precision, Tensor like) {
    this.config = config;
    this.fused = precision == Precision.FULL;
    var half = config.upcast() ? DType.FLOAT32 : DType.BFLOAT16;
    var type = fused ? like.dtype() : half;
    this.dense = fused ? null : mask(length, length, type).to(like.device());
    this.banded = config.band() == 0 ? null : mask(length, config.band(), type).to(like.device());
  }

  /// Zeros where position i sees j (i - window < j <= i), [#HIDDEN] elsewhere, (T, T).
  static Tensor mask(int length, int window, DType type) {
    return Scope.constant(() -> {
      var at = Tensor.range(0, length, Device.CPU);
      var distance = at.unsqueeze(1).sub(at.unsqueeze(0));
      var seen = distance.ge(0).and(distance.lt(window));
      return Tensor.zeros(DType.FLOAT32, length, length).maskedFill(seen.not(), HIDDEN).to(type);
    });
  }

  @Override
  public Tensor mix(int layer, Tensor qkv) {
    long b = qkv.size(0);
    long t = qkv.size(1);
    long h = config.heads();
    long d = config.width() / h;
    var split = qkv.view(b, t, 3, h, d).permute(2, 0, 3, 1, 4); // (3, B, H, T, D)
    var q = Attention.queries(split.select(0, 0), config, layer);
    var k = Attention.wide(split.select(0, 1), config);
    var v = split.select(0, 2);
    var mask = config.window(layer) > 0 ? banded : dense;
    if (fused) {
      var mixed = mask == null ? q.causalAttention(k, v) : q.attention(k, v, mask);
      return mixed.transpose(1, 2).reshape(b, t, h * d);
    }
    var scores =
        Objects.requireNonNull(mask)
            .baddbmm(
                q.reshape(b * h, t, d),
                k.reshape(b * h, t, d).transpose(1, 2),
                1 / Math.sqrt((double) d));
    var mixed = scores.softmax(-1).to(v.dtype()).bmm(v.reshape(b * h, t, d));
    return mixed.view(b, h, t, d).transpose(1, 2).reshape(b, t, h * d);
  }
}
