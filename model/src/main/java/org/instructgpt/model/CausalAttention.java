package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Attention over whole sequences that lie in a [Packing]: each position sees itself and what lies
/// before it; in a layer with a window only the last so many positions.
///
/// In float32 libtorch's fused attention is the fastest on a processor, in bfloat16 two batched
/// products around a softmax (measured: the fused one is several times slower there). On an
/// accelerator it is the fused one in both.
///
/// Belongs to the scope it is built in.
final class CausalAttention implements Attention {
  private final GptConfig config;
  private final Architecture.Heads heads;
  private final int window;
  private final boolean fused;
  private final List<Group> groups = new ArrayList<>();

  /// A group with what its attention reads besides the queries, keys and values.
  ///
  /// @param queries where the tokens are among those of the group, padded to M x Q; null if they
  ///   are a rectangle
  /// @param prefixes where the tokens of the prefixes are, padded to M x P; null without prefixes
  /// @param own which of the M x Q outputs are of tokens, in their order; null if all are
  /// @param dense added to the scores, (1 or M, 1, Q, P + Q); null where a causal mask is enough
  /// @param banded the same for layers with a window
  private record Group(
      Packing.Group shape,
      @Nullable Tensor queries,
      @Nullable Tensor prefixes,
      @Nullable Tensor own,
      @Nullable Tensor dense,
      @Nullable Tensor banded) {}

  CausalAttention(
      GptConfig config, Packing packing, Precision precision, DType type, Device device) {
    this.config = config;
    var architecture = config.effective();
    this.heads = architecture.heads();
    this.window = architecture.window();
    boolean full = precision == Precision.FULL;
    this.fused = heads.cap() == 0 && (full || device != Device.CPU && !config.upcast());
    var half = config.upcast() ? DType.FLOAT32 : DType.BFLOAT16;
    Scope.constant(() ->
        packing.groups().forEach(group -> groups.add(prepared(group, full ? type : half, device))));
  }

  private Group prepared(Packing.Group group, DType type, Device device) {
    boolean even = group.isEven();
    boolean causal = fused && even && !group.hasPrefixes();
    var dense = causal ? null : mask(group, Integer.MAX_VALUE, type).to(device);
    boolean all = window == 0 || group.longestPrefix() + group.longest() <= window;
    return new Group(
        group,
        even ? null : index(places(group), device),
        group.hasPrefixes() ? index(prefixPlaces(group), device) : null,
        even ? null : index(owned(group), device),
        dense,
        all ? dense : mask(group, window, type).to(device));
  }

  private static Tensor index(int[] places, Device device) {
    return Tensor.of(places).to(device);
  }

  /// The places of a group's tokens in the group, padded with its first.
  private static int[] places(Packing.Group group) {
    int q = group.longest();
    var places = new int[group.size() * q];
    int at = 0;
    for (int m = 0; m < group.size(); m++) {
      for (int i = 0; i < q; i++) {
        places[m * q + i] = i < group.lengths()[m] ? at + i : 0;
      }
      at += group.lengths()[m];
    }
    return places;
  }

  private static int[] prefixPlaces(Packing.Group group) {
    int p = group.longestPrefix();
    var places = new int[group.size() * p];
    for (int m = 0; m < group.size(); m++) {
      for (int i = 0; i < p; i++) {
        places[m * p + i] = group.prefixes()[m] + (i < group.prefixLengths()[m] ? i : 0);
      }
    }
    return places;
  }

  /// The cells of the padded M x Q that hold tokens.
  private static int[] owned(Packing.Group group) {
    int q = group.longest();
    var cells = new ArrayList<Integer>();
    for (int m = 0; m < group.size(); m++) {
      for (int i = 0; i < group.lengths()[m]; i++) {
        cells.add(m * q + i);
      }
    }
    return cells.stream().mapToInt(i -> i).toArray();
  }

  /// Zeros where a query sees a key (less than `window` positions before it, and no padding),
  /// [#HIDDEN] elsewhere. The keys are the prefix, padded to P, and then the segment's own, padded
  /// to Q; rows that need the same are made once.
  private static Tensor mask(Packing.Group group, int window, DType type) {
    int q = group.longest();
    int p = group.longestPrefix();
    // A causal mask hides the padding behind a segment from its tokens.
    int rows = group.hasEvenPrefixes() ? 1 : group.size();
    var mask = new float[rows * q * (p + q)];
    for (int m = 0; m < rows; m++) {
      int before = p == 0 ? 0 : group.prefixLengths()[m];
      for (int i = 0; i < q; i++) {
        hide(mask, (m * q + i) * (p + q), new Row(before, p, q, before + i, window));
      }
    }
    return Tensor.of(mask, rows, 1, q, p + q).to(type);
  }

  /// A query's row of a mask.
  ///
  /// @param before tokens of the prefix
  /// @param p cells of the prefix
  /// @param q cells of the segment
  /// @param position of the query
  private record Row(int before, int p, int q, int position, int window) {
    boolean sees(int key) {
      int at = key < p ? key : before + key - p;
      return (key >= p || key < before) && at <= position && position - at < window;
    }
  }

  private static void hide(float[] mask, int from, Row row) {
    for (int key = 0; key < row.p + row.q; key++) {
      mask[from + key] = row.sees(key) ? 0 : (float) HIDDEN;
    }
  }

  @Override
  public Tensor mix(int layer, Tensor qkv) {
    if (groups.size() == 1) {
      return mix(layer, qkv, qkv, groups.getFirst());
    }
    var parts = qkv.split(0, groups.stream().mapToLong(group -> group.shape.tokens()).toArray());
    var mixed = new ArrayList<Tensor>();
    for (int i = 0; i < parts.size(); i++) {
      mixed.add(mix(layer, qkv, parts.get(i), groups.get(i)));
    }
    return Tensor.cat(mixed, 0);
  }

  /// @param part the tokens of the group
  private Tensor mix(int layer, Tensor qkv, Tensor part, Group group) {
    long m = group.shape.size();
    long t = group.shape.longest();
    long h = config.heads();
    long keys = (long) heads.keys() * heads.width();
    long queries = h * heads.width();
    // Looking up rows is an embedding: its gradient is summed in parallel, that of an index is not.
    var own = group.queries == null ? part : part.embedding(group.queries);
    var split = own.split(1, queries, keys, keys);
    var q = Attention.queries(heads(split.get(0), m), config, layer);
    var k = heads(split.get(1), m);
    var v = heads(split.get(2), m);
    if (group.prefixes != null) {
      var before = qkv.narrow(1, queries, 2 * keys).embedding(group.prefixes).split(1, keys, keys);
      k = Tensor.cat(List.of(heads(before.get(0), m), k), 2);
      v = Tensor.cat(List.of(heads(before.get(1), m), v), 2);
    }
    var mask = config.window(layer) > 0 ? group.banded : group.dense;
    var wide = shared(Attention.wide(k, config));
    var mixed = attend(q, wide, shared(v), mask).transpose(1, 2).reshape(m * t, queries);
    return group.own == null ? mixed : mixed.embedding(group.own);
  }

  /// From (M x Q, heads x D) to (M, heads, Q, D).
  private Tensor heads(Tensor x, long m) {
    long d = heads.width();
    return x.view(m, x.size(0) / m, x.size(1) / d, d).transpose(1, 2);
  }

  /// Keys or values (M, K, S, D) as each of the H heads of queries sees them, (M, H, S, D).
  private Tensor shared(Tensor x) {
    long h = config.heads();
    long k = heads.keys();
    if (h == k) {
      return x;
    }
    long m = x.size(0);
    long s = x.size(2);
    long d = x.size(3);
    return x.unsqueeze(2).expand(m, k, h / k, s, d).reshape(m, h, s, d);
  }

  /// From queries (M, H, Q, D), keys and values (M, H, P + Q, D) to (M, H, Q, D).
  private Tensor attend(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
    if (mask == null) {
      return q.causalAttention(k, v);
    }
    if (fused) {
      return q.attention(k, v, mask);
    }
    long m = q.size(0);
    long h = q.size(1);
    long t = q.size(2);
    long s = k.size(2);
    long d = q.size(3);
    var added = mask.size(0) == 1 ? mask.view(t, s) : mask.expand(m, h, t, s).reshape(m * h, t, s);
    return Attention.writtenOut(
            q.reshape(m * h, t, d),
            k.reshape(m * h, s, d),
            v.reshape(m * h, s, d),
            added,
            heads.cap())
        .view(m, h, t, d);
  }
}
