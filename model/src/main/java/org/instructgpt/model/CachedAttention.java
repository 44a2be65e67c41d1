package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Attention with a key-value cache, for generating.
///
/// A decoder's keys and values at a position never change once made, so generating a token needs
/// the projections of that token alone, and attention to the stored keys and values of those before
/// it: O(T) a token where running the whole prefix again costs O(T^2). Memory: 2 x layers x B x S
/// values for each entry of a token's keys.
///
/// Each row of the cache is one sequence from its first slot on, whatever the lengths of the
/// others; what lies behind its end is hidden by a mask. So a row whose sequence has ended can be
/// given to another one at any time ([#fill]).
///
/// On an accelerator, and for a [BatchDecoder], keys and values are of the products' type.
/// Elsewhere they are of the parameters' type and attended to in it, also where the products are
/// bfloat16: libtorch's fused attention is slow there (docs/benchmarks.md), and small beside the
/// products.
final class CachedAttention implements Attention {
  private final GptConfig config;
  private final Architecture.Heads heads;
  private final int window;
  private final DType type;
  private final Device device;
  private final int slots;
  private final int room;
  private final List<Tensor> caches = new ArrayList<>(); // each (2, B, S, K E): keys, values
  private int[] lengths = new int[0];
  private @Nullable Tensor places;
  private @Nullable Tensor dense;
  private @Nullable Tensor banded;

  /// Room for `rows` sequences of `slots` tokens. Belongs to the scope it is built in.
  ///
  /// @param type of keys and values, see [#type]
  CachedAttention(GptConfig config, DType type, Device device, int rows, int slots) {
    this(config, type, device, rows, slots, config.effective().heads().width());
  }

  /// The same with room for more entries of a head than there are.
  ///
  /// @param room E; for a decoder [Padding#head]
  CachedAttention(GptConfig config, DType type, Device device, int rows, int slots, int room) {
    var architecture = config.effective();
    this.config = config;
    this.heads = architecture.heads();
    this.window = architecture.window();
    this.type = type;
    this.device = device;
    this.slots = slots;
    this.room = room;
    for (int i = 0; i < config.layers(); i++) {
      // Not what was in memory before: a NaN would get through any mask.
      caches.add(Tensor.zeros(type, device, 2, rows, slots, (long) heads.keys() * room));
    }
  }

  /// The type of keys and values of a model on a device.
  ///
  /// @param parameters the type of the model's parameters
  static DType type(Gpt model, DType parameters, Device device) {
    boolean half = device != Device.CPU && model.precision() == Precision.MIXED;
    return half && !model.config().upcast() ? DType.BFLOAT16 : parameters;
  }

  /// The bytes that a row of `slots` tokens needs.
  ///
  /// @param room for the entries of a head
  static long bytes(GptConfig config, DType type, int slots, int room) {
    long entries = (long) config.effective().heads().keys() * room;
    return 2L * config.layers() * entries * slots * type.bytes();
  }

  /// How many tokens a row has room for.
  int slots() {
    return slots;
  }

  /// Prepares a pass over one token of each of the first rows. What it makes belongs to the scope
  /// that is open.
  ///
  /// @param lengths how many tokens of each row are in the cache before the pass
  void next(int[] lengths) {
    this.lengths = lengths;
    var at = new int[lengths.length];
    Arrays.setAll(at, row -> row * slots + lengths[row]);
    places = Tensor.of(at).to(device);
    dense = mask(Integer.MAX_VALUE);
    banded = window > 0 ? mask(window) : null;
  }

  private int longest() {
    return Arrays.stream(lengths).max().orElse(0) + 1;
  }

  /// Zeros where a row's token sees a slot, [#HIDDEN] elsewhere, (B, 1, 1, S); null if every token
  /// sees every slot.
  private @Nullable Tensor mask(int window) {
    int width = longest();
    if (Arrays.stream(lengths).allMatch(length -> length == width - 1 && width <= window)) {
      return null;
    }
    var mask = new float[lengths.length * width];
    for (int row = 0; row < lengths.length; row++) {
      int from = row * width;
      Arrays.fill(mask, from + lengths[row] + 1, from + width, (float) HIDDEN);
      Arrays.fill(mask, from, from + Math.max(0, lengths[row] + 1 - window), (float) HIDDEN);
    }
    return Tensor.of(mask, lengths.length, 1, 1, width).to(type).to(device);
  }

  /// Copies what a row has of its first tokens to another row.
  void copyRow(int from, int to, int tokens) {
    for (var memory : caches) {
      try (var _ = Scope.open()) {
        var there = memory.narrow(1, to, 1).narrow(2, 0, tokens);
        there.copy_(memory.narrow(1, from, 1).narrow(2, 0, tokens));
      }
    }
  }

  /// The attention of a pass over prompts, which also puts their keys and values into the cache.
  Attention fill(Prefill prompts, Attention causal) {
    var from = Tensor.of(prompts.from()).to(device);
    var to = Tensor.of(prompts.to()).to(device);
    return (layer, qkv) -> {
      put(layer, to, qkv.indexSelect(0, from));
      return causal.mix(layer, qkv);
    };
  }

  /// The keys and values of each row in a layer.
  List<KeysAndValues> rows(int layer) {
    var memory = caches.get(layer);
    return LongStream.range(0, memory.size(1))
        .mapToObj(row -> KeysAndValues.of(row(memory, 0, row), row(memory, 1, row)))
        .toList();
  }

  private static Tensor row(Tensor memory, long kind, long row) {
    return memory.select(0, kind).select(0, row);
  }

  /// Puts the keys and values of tokens into slots, which are counted through all rows.
  private void put(int layer, Tensor slots, Tensor qkv) {
    long c = (long) heads.keys() * heads.width();
    for (int kind = 0; kind < 2; kind++) {
      var made = qkv.narrow(1, queries() + kind * c, c).to(type);
      caches
          .get(layer)
          .select(0, kind)
          .view(-1, (long) heads.keys() * room)
          .indexCopy_(0, slots, Padding.ofKeys(made, heads.keys(), heads.width(), room));
    }
  }

  @Override
  public Tensor mix(int layer, Tensor qkv) {
    if (places == null) {
      throw new IllegalStateException("next() comes before a pass");
    }
    long b = lengths.length;
    long k = heads.keys();
    long d = heads.width();
    var memory = caches.get(layer);
    put(layer, places, qkv);
    var seen = memory.narrow(1, 0, b).narrow(2, 0, longest());
    // Heads of queries that share keys stand beside each other, as if they were tokens of one head.
    var q =
        Attention.queries(qkv.narrow(1, 0, queries()).to(type), config, layer)
            .view(b, k, config.heads() / k, d);
    var mask = config.window(layer) > 0 ? banded : dense;
    return attend(q, heads(seen.select(0, 0)), heads(seen.select(0, 1)), mask)
        .reshape(b, queries())
        .to(qkv.dtype());
  }

  /// @param q (B, K, H / K, D)
  /// @param mask (B, 1, 1, S)
  private Tensor attend(Tensor q, Tensor keys, Tensor values, @Nullable Tensor mask) {
    if (heads.cap() == 0) {
      return q.attention(keys, values, mask);
    }
    long b = q.size(0);
    long k = q.size(1);
    long t = q.size(2);
    long s = keys.size(2);
    long d = q.size(3);
    var added =
        mask == null
            ? Tensor.zeros(type, device, 1, 1)
            : mask.expand(b, k, t, s).reshape(b * k, t, s);
    return Attention.writtenOut(
            q.reshape(b * k, t, d),
            keys.reshape(b * k, s, d),
            values.reshape(b * k, s, d),
            added,
            heads.cap())
        .view(b, k, t, d);
  }

  /// The entries of a token's queries.
  private long queries() {
    return (long) config.heads() * heads.width();
  }

  /// From (B, S, K E) to (B, K, S, D).
  private Tensor heads(Tensor x) {
    var split = x.view(x.size(0), x.size(1), heads.keys(), room).transpose(1, 2);
    return room == heads.width() ? split : split.narrow(3, 0, heads.width());
  }
}
