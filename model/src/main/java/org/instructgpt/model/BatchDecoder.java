package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// The blocks of a model for one token of each of several sequences, written out: what [Gpt#blocks]
/// computes with [CachedAttention], and the logits.
///
/// A float32 matrix library is made for more rows than a batch of sequences has: it copies each
/// matrix into an order of its own before it multiplies, and that takes longer than the product.
/// Here the matrices lie in that order from the beginning ([Panels]), for which memory for a copy
/// of them is needed. Products of bfloat16 are libtorch's ([HalfMatrix]). What is between the
/// products is in float32. Threads meet seven times a layer, and each takes what is left to do, so
/// that one that gets no processor keeps nobody waiting for long.
///
/// Needs what [VectorDecoder] needs.
final class BatchDecoder implements AutoCloseable {
  /// Multiplications from which a second thread is worth its waiting.
  private static final int LARGE = 1 << 15;

  private final GptConfig config;
  private final Padding sizes;
  private final boolean parallel;
  private final List<Layer> layers = new ArrayList<>();
  private final TokenVectors vectors;
  private final NormKernel norm;
  private final SharedMatrix unembedding;
  private final SpinningTeam team;
  private final float[] stream;
  private final Factors read1;
  private final Factors read2;
  private final int qkvWidth;
  private final float[] qkv;
  private final Factors mixed;
  private final Factors inner;
  private final float[] gates;
  private final float[] added;
  private final float[] logits;
  private final float[][][] scores;
  private int rows;

  /// One block, and the keys and values of its attention.
  ///
  /// @param gate what multiplies the inner layer; null where nothing does
  private record Layer(
      BlockKernels kernels,
      SharedMatrix qkv,
      SharedMatrix project,
      SharedMatrix up,
      @Nullable SharedMatrix gate,
      SharedMatrix down,
      List<KeysAndValues> cache) {}

  /// Copies float32 weights; the copy belongs to the scope that is open.
  ///
  /// @param weights of [Gpt#samplingWeights]; they and the cache must outlive the decoder
  /// @param cache of the type [#cacheType], with room for whole vectors
  /// @param threads how many share the work
  BatchDecoder(GptConfig config, GptWeights weights, CachedAttention cache, int threads) {
    this.config = config;
    this.sizes = Padding.of(config);
    this.parallel = config.effective().parallel();
    var filled = sizes.weights(weights);
    var kernels = BlockKernels.of(config, sizes, filled, cache.slots());
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(kernels.get(i), filled.blocks().get(i), cache.rows(i)));
    }
    this.vectors = TokenVectors.of(config, filled);
    this.norm = NormKernel.of(filled.norm(), config.layerNormEpsilon(), config.width());
    this.unembedding = matrix(filled.unembedding().transpose(0, 1), null);
    int most = layers.getFirst().cache.size();
    int room = most + Panels.TILE;
    int c = sizes.stream();
    boolean half = cacheType(weights) == DType.BFLOAT16;
    this.stream = new float[room * c];
    this.added = new float[room * c];
    this.read1 = Factors.of(room, c, half);
    this.read2 = Factors.of(room, c, half);
    this.qkvWidth = layers.getFirst().qkv.outputs();
    this.qkv = new float[room * qkvWidth];
    this.mixed = Factors.of(room, sizes.queries(), half);
    this.inner = Factors.of(room, sizes.inner(), half);
    this.gates = new float[sizes.gated() ? room * sizes.inner() : 0];
    this.logits = new float[Math.multiplyExact(room, unembedding.outputs())];
    this.scores = new float[most][sizes.heads()][cache.slots() + VectorKernels.LANES];
    this.team = new SpinningTeam((long) c * sizes.inner() * most < LARGE ? 1 : threads);
  }

  /// Whether batches of a model can be decoded so on this machine.
  static boolean fits(GptWeights weights) {
    return VectorDecoder.fits(weights);
  }

  /// The type of the keys and values: that of the products they come from.
  static DType cacheType(GptWeights weights) {
    return weights.blocks().getFirst().qkv().matrix().dtype();
  }

  private static SharedMatrix matrix(GptWeights.Linear of) {
    return matrix(of.matrix(), of.bias());
  }

  /// Some columns of a matrix.
  private static SharedMatrix matrix(GptWeights.Linear of, int from, int count) {
    var bias = of.bias();
    return matrix(
        of.matrix().narrow(1, from, count), bias == null ? null : bias.narrow(0, from, count));
  }

  /// @param bias of the matrix's type; or none
  private static SharedMatrix matrix(Tensor matrix, @Nullable Tensor bias) {
    return matrix.dtype() == DType.BFLOAT16
        ? new HalfMatrix(matrix, bias)
        : new Panels(matrix, bias == null ? new float[0] : bias.floats());
  }

  private Layer layer(BlockKernels kernels, GptWeights.Block block, List<KeysAndValues> cache) {
    int n = sizes.inner();
    return new Layer(
        kernels,
        matrix(block.qkv()),
        matrix(block.project()),
        matrix(block.up(), 0, n),
        sizes.gated() ? matrix(block.up(), n, n) : null,
        matrix(block.down()),
        cache);
  }

  /// The logits (B, V) of what follows a token of each of the first B rows; puts the tokens' keys
  /// and values into the cache.
  ///
  /// @param tokens the rows' ids
  /// @param at how many tokens of each row are in the cache
  Tensor logits(int[] tokens, int[] at) {
    rows = tokens.length;
    eachRow(row -> {
      vectors.put(tokens[row], at[row], stream, row * sizes.stream());
      begin(row, layers.getFirst().kernels);
    });
    for (int i = 0; i < layers.size(); i++) {
      block(layers.get(i), i + 1 < layers.size() ? layers.get(i + 1).kernels : null, at);
    }
    product(unembedding, read1, logits, false);
    var all =
        Tensor.of(logits, logits.length / unembedding.outputs(), unembedding.outputs())
            .narrow(0, 0, rows)
            .narrow(1, 0, config.vocabulary());
    return Gpt.capped(all, config.effective().logitCap());
  }

  /// @param next the block behind this; null if this is the last
  private void block(Layer layer, @Nullable BlockKernels next, int[] at) {
    var kernels = layer.kernels;
    product(layer.qkv, read1, qkv, false);
    eachRow(row -> attention(layer, row, at[row]));
    add(layer.project, mixed, kernels.after1());
    if (!parallel || kernels.after1() != null) {
      eachRow(row -> {
        finish(row, kernels.after1());
        if (!parallel) {
          read(row, kernels.norm2(), read2);
        }
      });
    }
    network(layer);
    add(layer.down, inner, kernels.after2());
    eachRow(row -> {
      finish(row, kernels.after2());
      if (next == null) {
        read(row, norm, read1);
      } else {
        begin(row, next);
      }
    });
  }

  /// What a block reads of the stream before it adds to it.
  private void begin(int row, BlockKernels kernels) {
    read(row, kernels.norm1(), read1);
    if (parallel) {
      read(row, kernels.norm2(), read2);
    }
  }

  private void read(int row, @Nullable NormKernel by, Factors to) {
    int c = sizes.stream();
    BlockKernels.read(by, stream, row * c, c, to.numbers());
    to.written(row * c, c);
  }

  private void attention(Layer layer, int row, int position) {
    var heads = layer.kernels.heads();
    var cache = layer.cache.get(row);
    int start = row * qkvWidth;
    int width = sizes.queries();
    heads.prepare(qkv, start, position);
    cache.put(position, qkv, heads.keys(start));
    AttentionKernels.attend(
        heads.all(start, row * width, position), qkv, cache, scores[row], mixed.numbers());
    mixed.written(row * width, width);
  }

  private void network(Layer layer) {
    var gate = layer.gate;
    var numbers = inner.numbers();
    team.run(
        layer.up.pieces(),
        piece -> {
          layer.up.multiply(piece, read2, rows, numbers, false);
          if (gate != null) {
            gate.multiply(piece, read2, rows, gates, false);
          }
          int from = layer.up.column(piece);
          int count = layer.up.column(piece + 1) - from;
          for (int row = 0; row < rows; row++) {
            int low = row * layer.up.outputs() + from;
            layer.kernels.activation().apply(numbers, low, low + count);
            if (gate != null) {
              ActivationKernels.gate(numbers, gates, low, low + count);
            }
            inner.written(low, count);
          }
        });
  }

  /// Adds products to the stream, or keeps them apart where they are normalised first ([#finish]).
  private void add(SharedMatrix matrix, Factors x, @Nullable NormKernel after) {
    product(matrix, x, after == null ? stream : added, after == null);
  }

  /// Adds to the stream what has been kept apart.
  private void finish(int row, @Nullable NormKernel after) {
    if (after == null) {
      return;
    }
    int from = row * sizes.stream();
    after.apply(added, from, added);
    for (int j = from; j < from + sizes.stream(); j++) {
      stream[j] += added[j];
    }
  }

  private void product(SharedMatrix matrix, Factors x, float[] y, boolean add) {
    team.run(matrix.pieces(), piece -> matrix.multiply(piece, x, rows, y, add));
  }

  private void eachRow(IntConsumer work) {
    team.run(rows, work);
  }

  @Override
  public void close() {
    team.close();
  }
}
