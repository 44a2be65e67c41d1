package org.instructgpt.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// The blocks of a model for one token of one sequence, written out: what [Gpt#blocks] computes
/// with [CachedAttention], and the logits, without an operation of libtorch.
///
/// A token of one sequence is a product of each matrix with a vector, so its floor is reading the
/// weights once. As operations of libtorch it is about 14 calls a layer, of which each takes longer
/// to be dispatched than to be done in a small model. Here a layer is five pieces of work that all
/// threads share.
///
/// Needs the module `jdk.incubator.vector` (`--add-modules jdk.incubator.vector`); where it is
/// missing, or the shapes do not fit, the sampler does without ([#fits]). Inputs of the products
/// stay in float32 also where the matrices are bfloat16.
final class VectorDecoder implements AutoCloseable {
  /// Entries of a matrix from which a second thread is worth its waiting.
  private static final int LARGE = 1 << 15;

  /// Pieces of a product for each thread.
  private static final int PIECES = 2;

  /// The same of the logits, of which a cache holds none.
  private static final int PIECES_OF_LOGITS = 8;

  /// Entries of a matrix from which it is divided by rows, and in how many shares: a number that
  /// does not depend on the threads, so that the sums do not either.
  private static final int TALL = 1 << 18;

  private static final int SHARES = 4;

  /// Columns that are not divided between two pieces: a multiple of every vector's length.
  private static final int STEP = 16;

  private final GptConfig config;
  private final boolean half;
  private final List<Layer> layers = new ArrayList<>();
  private final MemorySegment tokens;
  private final MemorySegment positions;
  private final VectorKernels.Norm norm;
  private final Tensor unembedding;
  private final SpinningTeam team;
  private final float[] stream;
  private final float[] normed;
  private final float[] qkv;
  private final float[] mixed;
  private final float[] inner;
  private final float[] logits;
  private final float[][] sums;
  private final float[][] scores;
  private int position;

  /// A matrix with what is added to its products.
  private record Linear(MemorySegment matrix, float[] bias) {}

  /// One block, and the keys and values of its attention, float32.
  private record Layer(
      int number,
      VectorKernels.Norm norm1,
      Linear qkv,
      Linear project,
      VectorKernels.Norm norm2,
      Linear up,
      Linear down,
      KeysAndValues cache) {}

  /// @param weights of [Gpt#samplingWeights]; they and the cache must outlive the decoder
  /// @param cache float32; the sequence is in its first row
  /// @param threads how many share the work
  VectorDecoder(GptConfig config, GptWeights weights, CachedAttention cache, int threads) {
    this.config = config;
    this.half = weights.blocks().getFirst().qkv().matrix().dtype() == DType.BFLOAT16;
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(i, weights.blocks().get(i), cache.rows(i).getFirst()));
    }
    this.tokens = weights.token().data();
    this.positions = Objects.requireNonNull(weights.position()).data();
    this.norm = norm(config, weights.norm());
    this.unembedding = weights.unembedding();
    int c = config.width();
    this.stream = new float[c];
    this.normed = new float[c];
    this.qkv = new float[3 * c];
    this.mixed = new float[c];
    this.inner = new float[4 * c];
    this.team = new SpinningTeam(4 * c * c < LARGE ? 1 : threads);
    this.logits = new float[config.vocabulary()];
    this.sums = new float[SHARES][c];
    this.scores = new float[config.heads()][config.context() + VectorKernels.LANES];
  }

  /// Whether a model can be decoded so on this machine.
  static boolean fits(GptConfig config, GptWeights weights) {
    return config.architecture().isEmpty()
        && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        && weights.token().dtype() == DType.FLOAT32
        && weights.token().device() == Device.CPU
        && Lanes.divide(config.width() / config.heads());
  }

  /// Looks at the vectors' length only where there are vectors.
  private static final class Lanes {
    static boolean divide(int width) {
      return width % VectorKernels.LANES == 0 && width % 8 == 0;
    }
  }

  private Layer layer(int number, GptWeights.Block block, KeysAndValues cache) {
    return new Layer(
        number,
        norm(config, block.norm1()),
        linear(block.qkv()),
        linear(block.project()),
        norm(config, block.norm2()),
        linear(block.up()),
        linear(block.down()),
        cache);
  }

  static VectorKernels.Norm norm(GptConfig config, GptWeights.@Nullable Norm norm) {
    var both = Objects.requireNonNull(norm);
    return new VectorKernels.Norm(
        both.scale().data(),
        Objects.requireNonNull(both.shift()).data(),
        config.layerNormEpsilon(),
        config.width());
  }

  private Linear linear(GptWeights.Linear of) {
    var matrix = half ? of.matrix().transpose(0, 1) : of.matrix();
    return new Linear(matrix.data(), Objects.requireNonNull(of.bias()).floats());
  }

  /// The logits (1, V) of what follows `token`, which stands at `at` after the tokens in the cache;
  /// puts its keys and values there.
  Tensor logits(int token, int at) {
    pass(token, at);
    var matrix = unembedding.data();
    boolean halves = unembedding.dtype() == DType.BFLOAT16;
    int pieces = PIECES_OF_LOGITS * team.size();
    int steps = logits.length / STEP;
    Arrays.fill(logits, 0);
    team.run(
        pieces,
        piece -> {
          int low = STEP * (steps * piece / pieces);
          int high = piece + 1 < pieces ? STEP * (steps * (piece + 1) / pieces) : logits.length;
          if (halves) {
            VectorKernels.addHalfProduct(normed, matrix, logits, low, high);
          } else {
            VectorKernels.addRowProducts(normed, matrix, logits, low, high);
          }
        });
    return Tensor.of(logits, 1, logits.length);
  }

  private void pass(int token, int at) {
    position = at;
    int c = config.width();
    for (int j = 0; j < c; j++) {
      stream[j] = entry(tokens, (long) token * c + j) + entry(positions, (long) at * c + j);
    }
    for (var layer : layers) {
      attention(layer);
      network(layer);
    }
    VectorKernels.normalize(stream, 0, norm, normed);
  }

  private static float entry(MemorySegment numbers, long index) {
    return numbers.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  private void attention(Layer layer) {
    int c = config.width();
    VectorKernels.normalize(stream, 0, layer.norm1, normed);
    set(qkv, layer.qkv.bias);
    product(normed, layer.qkv, qkv, (_, _) -> {});
    layer.cache.put(position, qkv, c);
    team.run(
        config.heads(),
        head ->
            AttentionKernels.attend(
                AttentionKernels.Heads.of(config, layer.number, 0, head, 1, position),
                qkv,
                layer.cache,
                new float[][] {scores[head]},
                mixed));
    add(stream, layer.project.bias);
    project(mixed, layer.project);
  }

  private void network(Layer layer) {
    VectorKernels.normalize(stream, 0, layer.norm2, normed);
    set(inner, layer.up.bias);
    boolean tanh = config.activation() == GptConfig.Activation.GELU_NEW;
    product(
        normed,
        layer.up,
        inner,
        (low, high) -> {
          if (tanh) {
            VectorKernels.geluByTanh(inner, low, high);
          } else {
            VectorKernels.gelu(inner, low, high);
          }
        });
    add(stream, layer.down.bias);
    project(inner, layer.down);
  }

  private static void set(float[] to, float[] from) {
    System.arraycopy(from, 0, to, 0, from.length);
  }

  private static void add(float[] to, float[] more) {
    for (int j = 0; j < to.length; j++) {
      to[j] += more[j];
    }
  }

  /// What is done with a range of a product when it is there.
  @FunctionalInterface
  private interface Then {
    void accept(int low, int high);
  }

  /// Adds the product of `x` to `y`, which is as long as the stream. A large matrix is divided by
  /// rows, so that each piece of it is read in order: a row is short.
  private void project(float[] x, Linear linear) {
    if (half || x.length * stream.length < TALL) {
      product(x, linear, stream, (_, _) -> {});
      return;
    }
    int eights = x.length / 8;
    team.run(
        SHARES,
        share -> {
          Arrays.fill(sums[share], 0);
          int top = 8 * (eights * share / SHARES);
          int bottom = 8 * (eights * (share + 1) / SHARES);
          var part = new VectorKernels.Part(top, bottom, 0, stream.length);
          VectorKernels.addProduct(x, linear.matrix, sums[share], part);
        });
    for (var sum : sums) {
      add(stream, sum);
    }
  }

  /// Adds the product of `x` to `y`, a range of it after another.
  private void product(float[] x, Linear linear, float[] y, Then then) {
    int pieces = team.size() == 1 ? 1 : PIECES * team.size();
    int steps = y.length / STEP;
    team.run(
        pieces,
        piece -> {
          int low = STEP * (steps * piece / pieces);
          int high = STEP * (steps * (piece + 1) / pieces);
          if (half) {
            VectorKernels.addHalfProduct(x, linear.matrix, y, low, high);
          } else {
            VectorKernels.addProduct(
                x, linear.matrix, y, new VectorKernels.Part(0, x.length, low, high));
          }
          then.accept(low, high);
        });
  }

  @Override
  public void close() {
    team.close();
  }
}
