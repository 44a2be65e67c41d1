package org.instructgpt.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;

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
  private final List<Layer> layers = new ArrayList<>();
  private final MemorySegment tokens;
  private final MemorySegment positions;
  private final VectorKernels.Norm norm;
  private final SharedMatrix unembedding;
  private final SpinningTeam team;
  private final float[] stream;
  private final Factors normed;
  private final float[] qkv;
  private final Factors mixed;
  private final Factors inner;
  private final float[] logits;
  private final float[][][] scores;
  private int rows;

  /// One block, and the keys and values of its attention (B, S, 2C).
  private record Layer(
      int number,
      VectorKernels.Norm norm1,
      SharedMatrix qkv,
      SharedMatrix project,
      VectorKernels.Norm norm2,
      SharedMatrix up,
      SharedMatrix down,
      List<KeysAndValues> cache) {}

  /// Copies float32 weights; the copy belongs to the scope that is open.
  ///
  /// @param weights of [Gpt#samplingWeights]; they and the cache must outlive the decoder
  /// @param cache of the type [#cacheType]
  /// @param threads how many share the work
  BatchDecoder(GptConfig config, GptWeights weights, CachedAttention cache, int threads) {
    this.config = config;
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(i, weights.blocks().get(i), cache.rows(i)));
    }
    this.tokens = weights.token().data();
    this.positions = Objects.requireNonNull(weights.position()).data();
    this.norm = VectorDecoder.norm(config, weights.norm());
    this.unembedding = matrix(weights.unembedding().transpose(0, 1));
    int most = layers.getFirst().cache.size();
    int room = most + Panels.TILE;
    int c = config.width();
    boolean half = cacheType(weights) == DType.BFLOAT16;
    this.stream = new float[room * c];
    this.normed = Factors.of(room, c, half);
    this.qkv = new float[room * 3 * c];
    this.mixed = Factors.of(room, c, half);
    this.inner = Factors.of(room, 4 * c, half);
    this.logits = new float[Math.multiplyExact(room, unembedding.outputs())];
    this.scores = new float[most][config.heads()][config.context() + VectorKernels.LANES];
    this.team = new SpinningTeam(4L * c * c * most < LARGE ? 1 : threads);
  }

  /// Whether batches of a model can be decoded so on this machine.
  static boolean fits(GptConfig config, GptWeights weights) {
    return VectorDecoder.fits(config, weights) && config.width() % Panels.WIDTH == 0;
  }

  /// The type of the keys and values: that of the products they come from.
  static DType cacheType(GptWeights weights) {
    return weights.blocks().getFirst().qkv().matrix().dtype();
  }

  private static SharedMatrix matrix(GptWeights.Linear of) {
    return matrix(of.matrix(), Objects.requireNonNull(of.bias()));
  }

  /// @param bias of the matrix's type; or none
  private static SharedMatrix matrix(Tensor matrix, Tensor... bias) {
    return matrix.dtype() == DType.BFLOAT16
        ? new HalfMatrix(matrix, bias)
        : new Panels(matrix, bias.length == 0 ? new float[0] : bias[0].floats());
  }

  private Layer layer(int number, GptWeights.Block block, List<KeysAndValues> cache) {
    return new Layer(
        number,
        VectorDecoder.norm(config, block.norm1()),
        matrix(block.qkv()),
        matrix(block.project()),
        VectorDecoder.norm(config, block.norm2()),
        matrix(block.up()),
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
      embed(row, tokens[row], at[row]);
      normalize(row, layers.getFirst().norm1);
    });
    for (var layer : layers) {
      product(layer.qkv, normed, qkv, false);
      eachRow(row -> attention(layer, row, at[row]));
      product(layer.project, mixed, stream, true);
      normalize(layer.norm2);
      up(layer.up);
      product(layer.down, inner, stream, true);
      boolean last = layer.number == layers.size() - 1;
      normalize(last ? norm : layers.get(layer.number + 1).norm1);
    }
    product(unembedding, normed, logits, false);
    return Tensor.of(logits, logits.length / unembedding.outputs(), unembedding.outputs())
        .narrow(0, 0, rows)
        .narrow(1, 0, config.vocabulary());
  }

  private void embed(int row, int token, int position) {
    int c = config.width();
    for (int j = 0; j < c; j++) {
      stream[row * c + j] =
          tokens.getAtIndex(ValueLayout.JAVA_FLOAT, (long) token * c + j)
              + positions.getAtIndex(ValueLayout.JAVA_FLOAT, (long) position * c + j);
    }
  }

  private void normalize(VectorKernels.Norm layerNorm) {
    eachRow(row -> normalize(row, layerNorm));
  }

  private void normalize(int row, VectorKernels.Norm layerNorm) {
    int from = row * config.width();
    VectorKernels.normalize(stream, from, layerNorm, normed.numbers());
    normed.written(from, config.width());
  }

  private void attention(Layer layer, int row, int position) {
    int c = config.width();
    var cache = layer.cache.get(row);
    cache.put(position, qkv, 3 * c * row + c);
    AttentionKernels.attend(
        AttentionKernels.Heads.of(config, layer.number, row, 0, config.heads(), position),
        qkv,
        cache,
        scores[row],
        mixed.numbers());
    mixed.written(row * c, c);
  }

  private void up(SharedMatrix matrix) {
    boolean tanh = config.activation() == GptConfig.Activation.GELU_NEW;
    team.run(
        matrix.pieces(),
        piece -> {
          matrix.multiply(piece, normed, rows, inner.numbers(), false);
          int from = matrix.column(piece);
          int count = matrix.column(piece + 1) - from;
          for (int row = 0; row < rows; row++) {
            int low = row * matrix.outputs() + from;
            if (tanh) {
              VectorKernels.geluByTanh(inner.numbers(), low, low + count);
            } else {
              VectorKernels.gelu(inner.numbers(), low, low + count);
            }
            inner.written(low, count);
          }
        });
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
