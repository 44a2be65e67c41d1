package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
/// Needs the module `jdk.incubator.vector` (`--add-modules jdk.incubator.vector`) and float32
/// parameters on the processor; without them the sampler does without ([#fits]). Inputs of the
/// products stay in float32 also where the matrices are bfloat16.
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
  private final boolean parallel;
  private final List<Layer> layers = new ArrayList<>();
  private final TokenVectors vectors;
  private final NormKernel norm;
  private final Tensor unembedding;
  private final SpinningTeam team;
  private final float[] stream;
  private final float[] read1;
  private final float[] read2;
  private final float[] qkv;
  private final float[] mixed;
  private final float[] inner;
  private final float[] gates;
  private final float[] added;
  private final float[] logits;
  private final float[][] sums;
  private final float[][] scores;
  private int position;

  /// A matrix with what is added to its products.
  ///
  /// @param matrix its address
  /// @param stride from a row in memory to the next, in float32
  private record Linear(long matrix, int stride, float[] bias) {}

  /// One block, and the keys and values of its attention, float32.
  ///
  /// @param gate what multiplies the inner layer; null where nothing does
  private record Layer(
      BlockKernels kernels,
      Linear qkv,
      Linear project,
      Linear up,
      @Nullable Linear gate,
      Linear down,
      KeysAndValues cache) {}

  /// Copies weights whose lengths are no whole vectors; the copy belongs to the scope that is open.
  ///
  /// @param weights of [Gpt#samplingWeights]; they and the cache must outlive the decoder
  /// @param cache float32, with room for whole vectors; the sequence is in its first row
  /// @param threads how many share the work
  VectorDecoder(GptConfig config, GptWeights weights, CachedAttention cache, int threads) {
    var sizes = Padding.of(config);
    var filled = sizes.weights(weights);
    this.config = config;
    this.half = weights.blocks().getFirst().qkv().matrix().dtype() == DType.BFLOAT16;
    this.parallel = config.effective().parallel();
    var kernels = BlockKernels.of(config, sizes, filled, cache.slots());
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(kernels.get(i), sizes, filled.blocks().get(i), cache.rows(i).getFirst()));
    }
    this.vectors = TokenVectors.of(config, filled);
    this.norm = NormKernel.of(filled.norm(), config.layerNormEpsilon(), config.width());
    this.unembedding = filled.unembedding();
    this.stream = new float[sizes.stream()];
    this.read1 = new float[sizes.stream()];
    this.read2 = new float[sizes.stream()];
    this.added = new float[sizes.stream()];
    this.qkv = new float[sizes.compared()];
    this.mixed = new float[sizes.queries()];
    this.inner = new float[sizes.inner()];
    this.gates = new float[sizes.gated() ? sizes.inner() : 0];
    this.team = new SpinningTeam((long) stream.length * inner.length < LARGE ? 1 : threads);
    this.logits = new float[config.vocabulary()];
    this.sums = new float[SHARES][stream.length];
    this.scores = new float[sizes.heads()][cache.slots() + VectorKernels.LANES];
  }

  /// Whether a model can be decoded so on this machine, whatever its architecture.
  static boolean fits(GptWeights weights) {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        && weights.token().dtype() == DType.FLOAT32
        && weights.token().device() == Device.CPU
        && Lanes.divide();
  }

  /// Looks at the vectors' length only where there are vectors.
  private static final class Lanes {
    static boolean divide() {
      return Padding.HEAD % VectorKernels.LANES == 0;
    }
  }

  private Layer layer(
      BlockKernels kernels, Padding sizes, GptWeights.Block block, KeysAndValues cache) {
    int n = sizes.inner();
    return new Layer(
        kernels,
        linear(block.qkv(), 0, sizes.compared()),
        linear(block.project(), 0, sizes.stream()),
        linear(block.up(), 0, n),
        sizes.gated() ? linear(block.up(), n, n) : null,
        linear(block.down(), 0, sizes.stream()),
        cache);
  }

  /// Some columns of a matrix.
  private Linear linear(GptWeights.Linear of, int from, int count) {
    var lying = half ? of.matrix().transpose(0, 1) : of.matrix();
    int stride = Math.toIntExact(lying.size(1));
    long start = half ? 2L * stride * from : 4L * from;
    var bias = of.bias();
    return new Linear(
        lying.data().address() + start,
        stride,
        bias == null ? new float[count] : Arrays.copyOfRange(bias.floats(), from, from + count));
  }

  /// The logits (1, V) of what follows `token`, which stands at `at` after the tokens in the cache;
  /// puts its keys and values there.
  Tensor logits(int token, int at) {
    pass(token, at);
    long matrix = unembedding.data().address();
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
            VectorKernels.addHalfProduct(read1, matrix, logits, low, high);
          } else {
            VectorKernels.addRowProducts(read1, matrix, logits, low, high);
          }
        });
    return Gpt.capped(Tensor.of(logits, 1, logits.length), config.effective().logitCap());
  }

  private void pass(int token, int at) {
    position = at;
    vectors.put(token, at, stream, 0);
    for (var layer : layers) {
      var kernels = layer.kernels;
      read(kernels.norm1(), read1);
      if (parallel) {
        read(kernels.norm2(), read2);
      }
      attention(layer);
      if (!parallel) {
        read(kernels.norm2(), read2);
      }
      network(layer);
    }
    read(norm, read1);
  }

  private void read(@Nullable NormKernel by, float[] to) {
    BlockKernels.read(by, stream, 0, stream.length, to);
  }

  private void attention(Layer layer) {
    var heads = layer.kernels.heads();
    set(qkv, layer.qkv.bias);
    ranges(qkv.length, (low, high) -> product(read1, layer.qkv, qkv, low, high));
    heads.prepare(qkv, 0, position);
    layer.cache.put(position, qkv, heads.keys(0));
    team.run(
        config.heads(),
        head ->
            AttentionKernels.attend(
                heads.one(head, position), qkv, layer.cache, new float[][] {scores[head]}, mixed));
    add(mixed, layer.project, layer.kernels.after1());
  }

  private void network(Layer layer) {
    var gate = layer.gate;
    set(inner, layer.up.bias);
    if (gate != null) {
      set(gates, gate.bias);
    }
    ranges(
        inner.length,
        (low, high) -> {
          product(read2, layer.up, inner, low, high);
          layer.kernels.activation().apply(inner, low, high);
          if (gate != null) {
            product(read2, gate, gates, low, high);
            ActivationKernels.gate(inner, gates, low, high);
          }
        });
    add(inner, layer.down, layer.kernels.after2());
  }

  private static void set(float[] to, float[] from) {
    System.arraycopy(from, 0, to, 0, from.length);
  }

  private static void add(float[] to, float[] more) {
    for (int j = 0; j < to.length; j++) {
      to[j] += more[j];
    }
  }

  /// Adds a product to the stream.
  ///
  /// @param after normalises what is added; null where it is added as it is
  private void add(float[] x, Linear linear, @Nullable NormKernel after) {
    if (after == null) {
      add(stream, linear.bias);
      project(x, linear, stream);
      return;
    }
    set(added, linear.bias);
    project(x, linear, added);
    after.apply(added, 0, added);
    add(stream, added);
  }

  /// Adds the product of `x` to `y`, which is as long as the stream. A large matrix is divided by
  /// rows, so that each piece of it is read in order: a row is short.
  private void project(float[] x, Linear linear, float[] y) {
    if (half || x.length * y.length < TALL) {
      ranges(y.length, (low, high) -> product(x, linear, y, low, high));
      return;
    }
    int eights = x.length / 8;
    team.run(
        SHARES,
        share -> {
          Arrays.fill(sums[share], 0);
          int top = 8 * (eights * share / SHARES);
          int bottom = 8 * (eights * (share + 1) / SHARES);
          var part = new VectorKernels.Part(top, bottom, 0, y.length);
          VectorKernels.addProduct(x, linear.matrix, linear.stride, sums[share], part);
        });
    for (var sum : sums) {
      add(y, sum);
    }
  }

  /// Adds the product of `x` to a range of `y`.
  private void product(float[] x, Linear linear, float[] y, int low, int high) {
    if (half) {
      VectorKernels.addHalfProduct(x, linear.matrix, y, low, high);
    } else {
      var part = new VectorKernels.Part(0, x.length, low, high);
      VectorKernels.addProduct(x, linear.matrix, linear.stride, y, part);
    }
  }

  /// What is done with a range of a vector.
  @FunctionalInterface
  private interface Range {
    void accept(int low, int high);
  }

  /// Divides a vector of `length` numbers into ranges.
  private void ranges(int length, Range work) {
    int pieces = team.size() == 1 ? 1 : PIECES * team.size();
    int steps = length / STEP;
    team.run(
        pieces,
        piece ->
            work.accept(STEP * (steps * piece / pieces), STEP * (steps * (piece + 1) / pieces)));
  }

  @Override
  public void close() {
    team.close();
  }
}
