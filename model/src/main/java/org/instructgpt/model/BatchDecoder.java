package org.instructgpt.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;

/// The blocks of a model for one token of each of several sequences, written out in float32: what
/// [Gpt#blocks] computes with [CachedAttention], and the logits, without an operation of libtorch.
///
/// A matrix library is made for more rows than a batch of sequences has: it copies each matrix into
/// an order of its own before it multiplies, and that takes longer than the product. Here the
/// matrices lie in that order from the beginning ([Panels]). Threads meet seven times a layer, and
/// each takes what is left to do, so that one that gets no processor keeps nobody waiting for long.
///
/// Needs what [VectorDecoder] needs, and memory for a copy of the weights.
final class BatchDecoder implements AutoCloseable {
  /// Multiplications from which a second thread is worth its waiting.
  private static final int LARGE = 1 << 15;

  private final GptConfig config;
  private final List<Layer> layers = new ArrayList<>();
  private final MemorySegment tokens;
  private final MemorySegment positions;
  private final VectorKernels.Norm norm;
  private final Panels unembedding;
  private final SpinningTeam team;
  private final float[] stream;
  private final float[] normed;
  private final float[] qkv;
  private final float[] mixed;
  private final float[] inner;
  private final float[] logits;
  private final float[][][] scores;
  private int rows;

  /// One block, and the keys and values of its attention (B, S, 2C).
  private record Layer(
      int number,
      VectorKernels.Norm norm1,
      Panels qkv,
      Panels project,
      VectorKernels.Norm norm2,
      Panels up,
      Panels down,
      MemorySegment cache,
      long row) {
    /// The keys and values of a row.
    MemorySegment cacheOf(int index) {
      return cache.asSlice(index * row, row);
    }
  }

  /// Copies the weights; the copy belongs to the scope that is open.
  ///
  /// @param weights of [Gpt#samplingWeights]; they and the caches must outlive the decoder
  /// @param caches the keys and values of each layer (B, S, 2C), float32
  /// @param threads how many share the work
  BatchDecoder(GptConfig config, Gpt.Weights weights, List<Tensor> caches, int threads) {
    this.config = config;
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(i, weights.blocks().get(i), caches.get(i)));
    }
    this.tokens = weights.token().data();
    this.positions = weights.position().data();
    this.norm = VectorDecoder.norm(config, weights.norm(), weights.shift());
    this.unembedding = new Panels(weights.unembedding().transpose(0, 1), new float[0]);
    int most = Math.toIntExact(caches.getFirst().size(0));
    int room = most + Panels.TILE;
    int c = config.width();
    this.stream = new float[room * c];
    this.normed = new float[room * c];
    this.qkv = new float[room * 3 * c];
    this.mixed = new float[room * c];
    this.inner = new float[room * 4 * c];
    this.logits = new float[Math.multiplyExact(room, unembedding.outputs())];
    this.scores = new float[most][config.heads()][config.context() + 3];
    this.team = new SpinningTeam(4L * c * c * most < LARGE ? 1 : threads);
  }

  /// Whether batches of a model can be decoded so on this machine.
  static boolean fits(GptConfig config, Gpt.Weights weights) {
    return VectorDecoder.fits(config, weights)
        && weights.blocks().getFirst().qkv().dtype() == DType.FLOAT32
        && weights.unembedding().dtype() == DType.FLOAT32
        && config.width() % Panels.WIDTH == 0;
  }

  private Layer layer(int number, Gpt.Block block, Tensor cache) {
    return new Layer(
        number,
        VectorDecoder.norm(config, block.norm1(), block.norm1Shift()),
        new Panels(block.qkv(), block.qkvBias().floats()),
        new Panels(block.project(), block.projectBias().floats()),
        VectorDecoder.norm(config, block.norm2(), block.norm2Shift()),
        new Panels(block.up(), block.upBias().floats()),
        new Panels(block.down(), block.downBias().floats()),
        cache.data(),
        4 * cache.size(1) * cache.size(2));
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
      VectorKernels.normalize(stream, row * config.width(), layers.getFirst().norm1, normed);
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
    eachRow(row -> VectorKernels.normalize(stream, row * config.width(), layerNorm, normed));
  }

  private void attention(Layer layer, int row, int position) {
    int c = config.width();
    var cache = layer.cacheOf(row);
    MemorySegment.copy(
        qkv, 3 * c * row + c, cache, ValueLayout.JAVA_FLOAT, 8L * c * position, 2 * c);
    VectorKernels.attend(
        VectorKernels.Heads.of(config, layer.number, row, 0, config.heads(), position),
        qkv,
        cache,
        scores[row],
        mixed);
  }

  private void up(Panels matrix) {
    boolean tanh = config.activation() == GptConfig.Activation.GELU_NEW;
    eachPanel(
        matrix,
        panel -> {
          matrix.multiply(panel, normed, rows, inner, false);
          for (int row = 0; row < rows; row++) {
            int low = row * matrix.outputs() + panel * Panels.WIDTH;
            if (tanh) {
              VectorKernels.geluByTanh(inner, low, low + Panels.WIDTH);
            } else {
              VectorKernels.gelu(inner, low, low + Panels.WIDTH);
            }
          }
        });
  }

  private void product(Panels matrix, float[] x, float[] y, boolean add) {
    eachPanel(matrix, panel -> matrix.multiply(panel, x, rows, y, add));
  }

  private void eachRow(IntConsumer work) {
    team.run(rows, work);
  }

  private void eachPanel(Panels matrix, IntConsumer work) {
    team.run(matrix.count(), work);
  }

  @Override
  public void close() {
    team.close();
  }
}
