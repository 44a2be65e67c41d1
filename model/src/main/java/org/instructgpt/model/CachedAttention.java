package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// Attention with a key-value cache, for generating.
///
/// A decoder's keys and values at a position never change once made, so generating a token needs
/// the projections of that token alone, and attention to the stored keys and values of those before
/// it: O(T) a token where running the whole prefix again costs O(T^2). Memory: 2 x layers x B x S x
/// C values.
///
/// Rows have prompts of different lengths. They are padded on the left, so that every row's next
/// token falls in the same slot and one copy a layer stores it; the padding is hidden by a mask
/// that lives as long as the cache, and positions count from each row's first real token. Rows that
/// have finished are taken out ([#keepRows(Tensor)]).
final class CachedAttention implements Attention {
  private final GptConfig config;
  private final DType type;
  private final List<Tensor> caches = new ArrayList<>(); // each (B, H, 2, S, D): keys, values
  private final boolean padded;
  private Tensor padding; // (B, S): HIDDEN in padded slots, else 0
  private int start;

  /// Room for `slots` tokens a row. Belongs to the scope it is built in.
  ///
  /// @param type of keys and values: that of the products
  /// @param pads how many slots at the left of each row are padding
  CachedAttention(GptConfig config, DType type, Device device, int[] pads, int slots) {
    this.config = config;
    this.type = type;
    long depth = config.width() / config.heads();
    for (int i = 0; i < config.layers(); i++) {
      caches.add(Tensor.empty(type, device, pads.length, config.heads(), 2, slots, depth));
    }
    var hidden = new float[pads.length * slots];
    boolean any = false;
    for (int b = 0; b < pads.length; b++) {
      java.util.Arrays.fill(hidden, b * slots, b * slots + pads[b], (float) HIDDEN);
      any |= pads[b] > 0;
    }
    padded = any;
    padding = Tensor.of(hidden, pads.length, slots).to(type).to(device);
  }

  /// Where the keys and values are.
  Device device() {
    return padding.device();
  }

  /// Sets the first slot of the pass that comes next.
  void startAt(int slot) {
    start = slot;
  }

  /// Keeps the rows that `kept` (int64) names, in ascending order: they move to the front of the
  /// memory that is there, and the rest of it is unused. To be called in the scope that the cache
  /// belongs to.
  void keepRows(Tensor kept) {
    caches.replaceAll(memory -> front(memory, kept));
    padding = front(padding, kept);
  }

  private static Tensor front(Tensor memory, Tensor kept) {
    return Tensor.tidy(() -> memory.narrow(0, 0, kept.count()).copy_(memory.indexSelect(0, kept)));
  }

  @Override
  public Tensor mix(int layer, Tensor qkv) {
    long b = padding.size(0);
    long t = qkv.size(0) / b;
    long h = config.heads();
    long d = config.width() / h;
    var split = qkv.view(b, t, 3, h, d).transpose(1, 3); // (B, H, 3, T, D)
    var memory = caches.get(layer);
    memory.narrow(3, start, t).copy_(split.narrow(2, 1, 2));
    int window = config.window(layer);
    long end = start + t;
    long from = window > 0 && t == 1 ? Math.max(0, end - window) : 0;
    var seen = memory.narrow(3, from, end - from);
    var q = Attention.queries(split.select(2, 0), config, layer);
    var k = Attention.wide(seen.select(2, 0), config);
    var v = seen.select(2, 1);
    return t == 1
        ? one(q, k, v, from, end).view(b, h * d)
        : several(q, k, v, window).transpose(1, 2).reshape(b * t, h * d);
  }

  /// One query a row (B, H, 1, D). In bfloat16 products and sums are faster than the fused
  /// attention and than B x H tiny matrix-vector calls.
  private Tensor one(Tensor q, Tensor k, Tensor v, long from, long end) {
    var mask = padded ? padding.narrow(1, from, end - from).unsqueeze(1) : null; // (B, 1, S)
    if (type != DType.BFLOAT16) {
      return q.attention(k, v, mask == null ? null : mask.unsqueeze(1));
    }
    var scores = k.mul(scaled(q)).sum(-1); // (B, H, S)
    if (mask != null) {
      scores = scores.add_(mask);
    }
    return v.mul(scores.softmax(-1).to(v.dtype()).unsqueeze(-1)).sum(-2); // (B, H, D)
  }

  private static Tensor scaled(Tensor q) {
    return q.mul(1 / Math.sqrt((double) q.size(-1)));
  }

  /// The prompts' own pass: T queries a row over the T slots so far.
  private Tensor several(Tensor q, Tensor k, Tensor v, int window) {
    int t = (int) q.size(2);
    if (start != 0) {
      throw new IllegalStateException("several tokens at once only at the start of the cache");
    }
    var mask = causalMask(t, window > 0 ? window : t, q.dtype()).to(q.device()).view(1, 1, t, t);
    var scores = scaled(q).matmul(k.transpose(2, 3)).add(mask);
    if (padded) {
      scores = scores.add_(padding.narrow(1, 0, t).unsqueeze(1).unsqueeze(1));
    }
    return scores.softmax(-1).to(v.dtype()).matmul(v);
  }

  /// Zeros where position i sees j (i - window < j <= i), [#HIDDEN] elsewhere, (T, T).
  private static Tensor causalMask(int length, int window, DType type) {
    var at = Tensor.range(0, length, Device.CPU);
    var distance = at.unsqueeze(1).sub(at.unsqueeze(0));
    var seen = distance.ge(0).and(distance.lt(window));
    return Tensor.zeros(DType.FLOAT32, length, length).maskedFill(seen.not(), HIDDEN).to(type);
  }
}
