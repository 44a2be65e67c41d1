package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// Attention that remembers: the key-value cache.
///
/// A decoder's keys and values at a position never change once made, so generating a token needs
/// the projections of that token alone and a look at the stored keys and values of those before it:
/// O(T) a token where running the whole prefix again costs O(T^2). Memory: 2 layers B S C numbers.
///
/// Rows have prompts of different lengths. They are padded on the left, so that every row's next
/// token falls in the same slot and one copy a layer stores it; the padding is hidden by a mask
/// that lives as long as the cache, and positions count from each row's first real token. Rows that
/// have finished are taken out ([#keepRows(Tensor)]).
final class CachedAttention implements Attention {
  private final GptConfig config;
  private final DType type;
  private final List<Tensor> keys = new ArrayList<>(); // each (B, H, S, D)
  private final List<Tensor> values = new ArrayList<>();
  private final Tensor padding; // (B, S): HIDDEN in padded slots, else 0
  private final boolean padded;
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
      keys.add(Tensor.empty(type, device, pads.length, config.heads(), slots, depth));
      values.add(Tensor.empty(type, device, pads.length, config.heads(), slots, depth));
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

  /// Tells that the pass now beginning is over the slots from `slot` on.
  void startAt(int slot) {
    start = slot;
  }

  /// Keeps the rows that `kept` (int64) names, in ascending order: they move to the front of the
  /// memory that is there, and the rest of it lies idle.
  void keepRows(Tensor kept) {
    for (var memory : memories()) {
      memory.narrow(0, 0, kept.count()).copy_(memory.indexSelect(0, kept));
    }
  }

  private List<Tensor> memories() {
    var all = new ArrayList<>(keys);
    all.addAll(values);
    all.add(padding);
    return all;
  }

  @Override
  public Tensor mix(int layer, Tensor qkv) {
    long b = qkv.size(0);
    long t = qkv.size(1);
    long h = config.heads();
    long d = config.width() / h;
    var split = qkv.view(b, t, 3, h, d).permute(2, 0, 3, 1, 4); // (3, B, H, T, D)
    var keys = this.keys.get(layer).narrow(0, 0, b);
    var values = this.values.get(layer).narrow(0, 0, b);
    keys.narrow(2, start, t).copy_(split.select(0, 1));
    values.narrow(2, start, t).copy_(split.select(0, 2));
    int window = config.window(layer);
    long end = start + t;
    long from = window > 0 && t == 1 ? Math.max(0, end - window) : 0;
    var k = keys.narrow(2, from, end - from);
    var v = values.narrow(2, from, end - from);
    var q = split.select(0, 0).mul(1 / Math.sqrt((double) d));
    return t == 1
        ? one(q, k, v, from, end).view(b, 1, h * d)
        : several(q, k, v, window).transpose(1, 2).reshape(b, t, h * d);
  }

  /// One query a row: products and sums are faster than B x H tiny matrix-vector calls.
  private Tensor one(Tensor q, Tensor k, Tensor v, long from, long end) {
    var scores = k.mul(q).sum(-1); // (B, H, S)
    if (padded) {
      scores = scores.add_(hidden(q, from, end).unsqueeze(1));
    }
    return v.mul(scores.softmax(-1).unsqueeze(-1)).sum(-2); // (B, H, D)
  }

  /// The prompts' own pass: T queries a row over the T slots so far.
  private Tensor several(Tensor q, Tensor k, Tensor v, int window) {
    int t = (int) q.size(2);
    if (start != 0) {
      throw new IllegalStateException("several tokens at once only at the start of the cache");
    }
    var mask =
        CausalAttention.mask(t, window > 0 ? window : t, type).to(q.device()).view(1, 1, t, t);
    var scores = q.matmul(k.transpose(2, 3)).add(mask);
    if (padded) {
      scores = scores.add_(hidden(q, 0, t).unsqueeze(1).unsqueeze(1));
    }
    return scores.softmax(-1).matmul(v);
  }

  /// What the padding adds to the scores of the queries' rows in a range of slots (B, S).
  private Tensor hidden(Tensor queries, long from, long end) {
    return padding.narrow(0, 0, queries.size(0)).narrow(1, from, end - from);
  }
}
