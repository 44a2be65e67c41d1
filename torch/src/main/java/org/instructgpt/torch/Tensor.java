package org.instructgpt.torch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// An array of numbers that libtorch holds, with gradients.
///
/// The vocabulary is PyTorch's, so what a method does, and how it broadcasts, is what the PyTorch
/// function of that name does; a trailing underscore changes the tensor in place and returns it.
/// Native memory belongs to the innermost open [Scope] of the thread. Shapes in comments use B for
/// batch, T tokens, C width, H heads, V vocabulary.
public final class Tensor {
  /// Bytes up to which a tensor is copied into memory that an accelerator fetches from: token ids,
  /// masks, indices; not models.
  private static final long FETCHED = 1L << 26;

  static {
    MatrixThreads.install();
  }

  final org.bytedeco.pytorch.Tensor handle;

  Tensor(org.bytedeco.pytorch.Tensor handle) {
    this.handle = handle;
  }

  // ---- Making ----

  /// A float32 tensor with a copy of `values` in row-major order; without a shape, in one
  /// dimension.
  public static Tensor of(float[] values, long... shape) {
    return from(MemorySegment.ofArray(values), DType.FLOAT32, shape, values.length);
  }

  /// A float64 tensor with a copy of `values` in row-major order.
  public static Tensor of(double[] values, long... shape) {
    return from(MemorySegment.ofArray(values), DType.FLOAT64, shape, values.length);
  }

  /// An int64 tensor with a copy of `values` in row-major order.
  public static Tensor of(long[] values, long... shape) {
    return from(MemorySegment.ofArray(values), DType.INT64, shape, values.length);
  }

  /// An int64 tensor with a copy of `values` in row-major order.
  public static Tensor of(int[] values, long... shape) {
    return of(Arrays.stream(values).asLongStream().toArray(), shape);
  }

  /// A boolean tensor with a copy of `values` in row-major order.
  public static Tensor of(boolean[] values, long... shape) {
    var bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return from(MemorySegment.ofArray(bytes), DType.BOOL, shape, values.length);
  }

  /// A scalar, shape ().
  public static Tensor scalar(double value, DType type) {
    return full(value, type, Device.CPU);
  }

  private static Tensor from(MemorySegment values, DType type, long[] shape, int count) {
    long[] dims = shape.length == 0 ? new long[] {count} : shape;
    if (Arrays.stream(dims).reduce(1, (a, b) -> a * b) != count) {
      throw new IllegalArgumentException(
          "%d values do not fill the shape %s".formatted(count, Arrays.toString(dims)));
    }
    var tensor = empty(type, dims);
    tensor.data().copyFrom(values);
    return tensor;
  }

  /// Zeros on the processor.
  public static Tensor zeros(DType type, long... shape) {
    return zeros(type, Device.CPU, shape);
  }

  /// Zeros.
  public static Tensor zeros(DType type, Device device, long... shape) {
    return new Tensor(torch.zeros(shape, options(type, device)));
  }

  /// Memory on the processor that holds anything.
  public static Tensor empty(DType type, long... shape) {
    return empty(type, Device.CPU, shape);
  }

  /// Memory that holds anything.
  public static Tensor empty(DType type, Device device, long... shape) {
    return new Tensor(torch.empty(shape, options(type, device), null));
  }

  /// `value` everywhere.
  public static Tensor full(double value, DType type, Device device, long... shape) {
    return empty(type, device, shape).fill_(value);
  }

  /// The whole numbers from `start` to before `end`, int64.
  public static Tensor range(long start, long end, Device device) {
    return new Tensor(
        torch.arange(new Scalar(start), new Scalar(end), options(DType.INT64, device)));
  }

  private static TensorOptions options(DType type, Device device) {
    var options = new TensorOptions().dtype(new ScalarTypeOptional(type.scalar));
    return device == Device.CPU ? options : options.device(new DeviceOptional(device.handle()));
  }

  /// The tensors one after another along `dim`.
  public static Tensor cat(List<Tensor> tensors, int dim) {
    return new Tensor(torch.cat(vector(tensors), dim));
  }

  /// The tensors side by side along a new `dim`.
  public static Tensor stack(List<Tensor> tensors, int dim) {
    return new Tensor(torch.stack(vector(tensors), dim));
  }

  private static TensorVector vector(List<Tensor> tensors) {
    var handles = tensors.stream().map(t -> t.handle).toArray(org.bytedeco.pytorch.Tensor[]::new);
    return new TensorVector(handles);
  }

  /// Runs `body` in a [Scope] of its own and hands its result to the scope around it: whatever else
  /// was made on the way is freed.
  public static Tensor tidy(Supplier<Tensor> body) {
    return Scope.tidy(body, result -> result.handle);
  }

  /// Applies `steps` one after another and hands the last result to the scope around it. Of each
  /// step only the result lives on, and only until the next has read it: so a pass without
  /// gradients through many layers needs the memory of one. With gradients the graph keeps what it
  /// needs.
  ///
  /// @param steps each makes a tensor of its own from the one before
  public static Tensor chain(Tensor start, List<UnaryOperator<Tensor>> steps) {
    var result = start;
    for (var step : steps) {
      var before = result;
      result = tidy(() -> step.apply(before));
      if (before != start) {
        Scope.free(before.handle);
      }
    }
    return result;
  }

  // ---- Looking ----

  /// The sizes of the dimensions.
  public long[] shape() {
    var shape = new long[(int) handle.dim()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = handle.size(i);
    }
    return shape;
  }

  /// The number of dimensions.
  public int rank() {
    return (int) handle.dim();
  }

  /// The size of one dimension; negative ones count from the end.
  public long size(int dim) {
    return handle.size(dim);
  }

  /// The number of elements.
  public long count() {
    return handle.numel();
  }

  /// The element type.
  public DType dtype() {
    return DType.of(handle.scalar_type());
  }

  /// Where the elements are.
  public Device device() {
    return handle.is_cuda() ? Device.CUDA : Device.CPU;
  }

  /// The only element.
  ///
  /// @throws IllegalArgumentException if there are none or several
  public double item() {
    if (count() != 1) {
      throw new IllegalArgumentException("item() of a tensor of shape " + this);
    }
    return handle.item_double();
  }

  /// The elements in row-major order, converted to float32.
  public float[] floats() {
    try (var _ = Scope.open()) {
      return ready(DType.FLOAT32).toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
    }
  }

  /// The elements in row-major order, converted to float64.
  public double[] doubles() {
    try (var _ = Scope.open()) {
      return ready(DType.FLOAT64).toArray(java.lang.foreign.ValueLayout.JAVA_DOUBLE);
    }
  }

  /// The elements in row-major order, converted to int64 (fractions are cut off).
  public long[] longs() {
    try (var _ = Scope.open()) {
      return ready(DType.INT64).toArray(java.lang.foreign.ValueLayout.JAVA_LONG);
    }
  }

  private MemorySegment ready(DType type) {
    return detach().to(Device.CPU).to(type).contiguous().data();
  }

  /// Whether the elements lie in row-major order without gaps.
  boolean isContiguous() {
    return handle.is_contiguous();
  }

  /// The bytes of a contiguous tensor on the processor: a view that is valid while the tensor
  /// lives.
  ///
  /// @throws IllegalStateException if it is elsewhere or not contiguous
  @SuppressWarnings("restricted") // the length is that of the tensor
  public MemorySegment data() {
    if (device() != Device.CPU || !handle.is_contiguous()) {
      throw new IllegalStateException(
          "data() of a tensor that is not contiguous on the cpu: " + this);
    }
    long bytes = count() * dtype().bytes();
    return bytes == 0
        ? MemorySegment.NULL
        : MemorySegment.ofAddress(new Pointer(handle.data_ptr()).address()).reinterpret(bytes);
  }

  /// Whether every element is a finite number.
  public boolean allFinite() {
    try (var _ = Scope.open()) {
      // NaN wins both; nothing of the tensor's size is allocated.
      return count() == 0 || Double.isFinite(min().item()) && Double.isFinite(max().item());
    }
  }

  /// Whether shape and every bit of the two are the same.
  public boolean sameBits(Tensor other) {
    try (var _ = Scope.open()) {
      return dtype() == other.dtype()
          && Arrays.equals(shape(), other.shape())
          && detach()
                  .to(Device.CPU)
                  .contiguous()
                  .data()
                  .mismatch(other.detach().to(Device.CPU).contiguous().data())
              < 0;
    }
  }

  @Override
  public String toString() {
    return "%s%s on %s"
        .formatted(
            dtype().name().toLowerCase(java.util.Locale.ROOT), Arrays.toString(shape()), device());
  }

  // ---- Shapes: all views unless they say otherwise ----

  /// The same elements in another shape; one size may be -1.
  public Tensor view(long... shape) {
    return new Tensor(handle.view(shape));
  }

  /// The same elements in another shape, copied where a view cannot be had.
  public Tensor reshape(long... shape) {
    return new Tensor(handle.reshape(shape));
  }

  /// `length` entries of `dim` from `start` on.
  public Tensor narrow(int dim, long start, long length) {
    return new Tensor(handle.narrow(dim, start, length));
  }

  /// All entries of `dim` in parts of these lengths, one after another. Their gradients are put
  /// side by side, where those of [#narrow] are each filled up with zeros and then added.
  public List<Tensor> split(int dim, long... lengths) {
    try (var parts = handle.split(lengths, dim)) {
      return Arrays.stream(parts.get())
          .map(part -> new Tensor(new org.bytedeco.pytorch.Tensor(part)))
          .toList();
    }
  }

  /// Entry `index` of `dim`, which disappears.
  public Tensor select(int dim, long index) {
    return new Tensor(handle.select(dim, index));
  }

  /// Dimensions `a` and `b` changed places.
  public Tensor transpose(int a, int b) {
    return new Tensor(handle.transpose(a, b));
  }

  /// The dimensions in another order.
  public Tensor permute(long... dims) {
    return new Tensor(handle.permute(dims));
  }

  /// A new dimension of size 1.
  public Tensor unsqueeze(int dim) {
    return new Tensor(handle.unsqueeze(dim));
  }

  /// Without dimension `dim`, whose size is 1.
  public Tensor squeeze(int dim) {
    return new Tensor(handle.squeeze(dim));
  }

  /// Dimensions of size 1 repeated to fit `shape`, without copying.
  public Tensor expand(long... shape) {
    return new Tensor(handle.expand(shape));
  }

  /// Row-major memory; copies where it is not.
  public Tensor contiguous() {
    return new Tensor(handle.contiguous());
  }

  /// Elements converted; the tensor itself where nothing changes.
  public Tensor to(DType type) {
    return new Tensor(handle.to(type.scalar));
  }

  /// Elements moved; the tensor itself where nothing changes. What goes to an accelerator goes by
  /// memory that it can fetch from when it comes to that, unless it is large, so nobody waits.
  public Tensor to(Device device) {
    if (device() == device) {
      return this;
    }
    boolean fetched =
        device != Device.CPU && !requiresGradient() && count() * dtype().bytes() <= FETCHED;
    var source = fetched ? handle.pin_memory() : handle;
    return new Tensor(
        source.to(device.handle(), dtype().scalar, fetched, false, new MemoryFormatOptional()));
  }

  /// The same memory without gradients.
  public Tensor detach() {
    return new Tensor(handle.detach());
  }

  /// A copy with memory of its own.
  public Tensor copy() {
    return new Tensor(handle.clone());
  }

  // ---- Arithmetic: elementwise, broadcasting ----

  /// Sum with a tensor.
  public Tensor add(Tensor other) {
    return new Tensor(handle.add(other.handle));
  }

  /// Sum with a number.
  public Tensor add(double other) {
    return new Tensor(handle.add(new Scalar(other)));
  }

  /// Difference with a tensor.
  public Tensor sub(Tensor other) {
    return new Tensor(handle.sub(other.handle));
  }

  /// Difference with a number.
  public Tensor sub(double other) {
    return new Tensor(handle.sub(new Scalar(other)));
  }

  /// Product with a tensor.
  public Tensor mul(Tensor other) {
    return new Tensor(handle.mul(other.handle));
  }

  /// Product with a number.
  public Tensor mul(double other) {
    return new Tensor(handle.mul(new Scalar(other)));
  }

  /// Quotient with a tensor.
  public Tensor div(Tensor other) {
    return new Tensor(handle.div(other.handle));
  }

  /// Quotient with a number.
  public Tensor div(double other) {
    return new Tensor(handle.div(new Scalar(other)));
  }

  /// This plus `factor` times `other`.
  public Tensor add(Tensor other, double factor) {
    return new Tensor(handle.add(other.handle, new Scalar(factor)));
  }

  /// Minus this.
  public Tensor neg() {
    return new Tensor(handle.neg());
  }

  /// e to the power of this.
  public Tensor exp() {
    return new Tensor(handle.exp());
  }

  /// Natural logarithm.
  public Tensor log() {
    return new Tensor(handle.log());
  }

  /// Square root.
  public Tensor sqrt() {
    return new Tensor(handle.sqrt());
  }

  /// Square.
  public Tensor square() {
    return new Tensor(handle.square());
  }

  /// Absolute value.
  public Tensor abs() {
    return new Tensor(handle.abs());
  }

  /// Logistic function.
  public Tensor sigmoid() {
    return new Tensor(handle.sigmoid());
  }

  /// Hyperbolic tangent.
  public Tensor tanh() {
    return new Tensor(handle.tanh());
  }

  /// Cosine of each entry.
  public Tensor cos() {
    return new Tensor(handle.cos());
  }

  /// Sine of each entry.
  public Tensor sin() {
    return new Tensor(handle.sin());
  }

  /// Logarithm of the logistic function, stable for large magnitudes.
  public Tensor logSigmoid() {
    return new Tensor(torch.logsigmoid(handle));
  }

  /// The greater of the two.
  public Tensor maximum(Tensor other) {
    return new Tensor(handle.maximum(other.handle));
  }

  /// The smaller of the two.
  public Tensor minimum(Tensor other) {
    return new Tensor(handle.minimum(other.handle));
  }

  /// Limited to the range from `low` to `high`.
  public Tensor clamp(double low, double high) {
    return new Tensor(
        handle.clamp(new ScalarOptional(new Scalar(low)), new ScalarOptional(new Scalar(high))));
  }

  /// This where `mask` is true, else `other`.
  public Tensor where(Tensor mask, Tensor other) {
    return new Tensor(torch.where(mask.handle, handle, other.handle));
  }

  /// `value` where `mask` is true, else this.
  public Tensor maskedFill(Tensor mask, double value) {
    return new Tensor(handle.masked_fill(mask.handle, new Scalar(value)));
  }

  /// Where this is equal to `other`, boolean.
  public Tensor eq(double other) {
    return new Tensor(handle.eq(new Scalar(other)));
  }

  /// Where this is equal to `other`, boolean.
  public Tensor eq(Tensor other) {
    return new Tensor(handle.eq(other.handle));
  }

  /// Where this is different from `other`, boolean.
  public Tensor ne(double other) {
    return new Tensor(handle.ne(new Scalar(other)));
  }

  /// Where this is different from `other`, boolean.
  public Tensor ne(Tensor other) {
    return new Tensor(handle.ne(other.handle));
  }

  /// Where this is less than `other`, boolean.
  public Tensor lt(double other) {
    return new Tensor(handle.lt(new Scalar(other)));
  }

  /// Where this is less than `other`, boolean.
  public Tensor lt(Tensor other) {
    return new Tensor(handle.lt(other.handle));
  }

  /// Where this is at most `other`, boolean.
  public Tensor le(double other) {
    return new Tensor(handle.le(new Scalar(other)));
  }

  /// Where this is at most `other`, boolean.
  public Tensor le(Tensor other) {
    return new Tensor(handle.le(other.handle));
  }

  /// Where this is greater than `other`, boolean.
  public Tensor gt(double other) {
    return new Tensor(handle.gt(new Scalar(other)));
  }

  /// Where this is greater than `other`, boolean.
  public Tensor gt(Tensor other) {
    return new Tensor(handle.gt(other.handle));
  }

  /// Where this is at least `other`, boolean.
  public Tensor ge(double other) {
    return new Tensor(handle.ge(new Scalar(other)));
  }

  /// Where this is at least `other`, boolean.
  public Tensor ge(Tensor other) {
    return new Tensor(handle.ge(other.handle));
  }

  /// Both true.
  public Tensor and(Tensor other) {
    return new Tensor(handle.logical_and(other.handle));
  }

  /// Not true.
  public Tensor not() {
    return new Tensor(handle.logical_not());
  }

  // ---- Reductions ----

  /// Sum of all elements.
  public Tensor sum() {
    return new Tensor(handle.sum());
  }

  /// Sum over `dim`, which disappears.
  public Tensor sum(int dim) {
    return sum(dim, false);
  }

  /// Sum over `dim`, which disappears or stays with size 1.
  public Tensor sum(int dim, boolean keep) {
    return new Tensor(handle.sum(new long[] {dim}, keep, new ScalarTypeOptional()));
  }

  /// Mean of all elements.
  public Tensor mean() {
    return new Tensor(handle.mean());
  }

  /// Mean over `dim`, which disappears.
  public Tensor mean(int dim) {
    return new Tensor(handle.mean(new long[] {dim}, false, new ScalarTypeOptional()));
  }

  /// Greatest element.
  public Tensor max() {
    return new Tensor(handle.max());
  }

  /// Smallest element.
  public Tensor min() {
    return new Tensor(handle.min());
  }

  /// Position of the greatest element along `dim`, int64; the first of equal ones.
  public Tensor argmax(int dim) {
    return new Tensor(handle.argmax(new org.bytedeco.pytorch.LongOptional(dim), false));
  }

  /// Running sums along `dim`.
  public Tensor cumsum(int dim) {
    return new Tensor(handle.cumsum(dim));
  }

  /// Euclidean norm of all elements, float64 whatever the type: right for as many as a model has.
  public Tensor norm() {
    return Sums.norm(this);
  }

  /// The sum of the products of elements in the same places, float64 whatever the type.
  public Tensor dot(Tensor other) {
    return Sums.dot(this, other);
  }

  /// Euclidean norms of the rows of this (n, m): one (n).
  Tensor rowNorms() {
    return new Tensor(handle.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, false));
  }

  // ---- Picking ----

  /// For each position the element that `index` (int64, same rank) names along `dim`.
  public Tensor gather(int dim, Tensor index) {
    return new Tensor(handle.gather(dim, index.handle));
  }

  /// The entries of `dim` that `index` (int64, one dimension) names, copied.
  public Tensor indexSelect(int dim, Tensor index) {
    return new Tensor(handle.index_select(dim, index.handle));
  }

  /// For each of `values` (B, n) the first place in the sorted rows of this (B, V) that is greater,
  /// int64.
  public Tensor searchSorted(Tensor values) {
    return new Tensor(
        torch.searchsorted(
            handle,
            values.handle,
            false,
            true,
            new org.bytedeco.pytorch.StringViewOptional(),
            new TensorOptional()));
  }

  // ---- Matrices and networks ----

  /// Matrix product of the last two dimensions.
  public Tensor matmul(Tensor other) {
    return new Tensor(handle.matmul(other.handle));
  }

  /// Products of B matrix pairs: (B, n, m) with (B, m, k).
  public Tensor bmm(Tensor other) {
    return new Tensor(handle.bmm(other.handle));
  }

  /// This (broadcast to (B, n, k)) plus `alpha` times the products of `a` (B, n, m) and `b` (B, m,
  /// k).
  public Tensor baddbmm(Tensor a, Tensor b, double alpha) {
    return new Tensor(handle.baddbmm(a.handle, b.handle, new Scalar(1.0), new Scalar(alpha)));
  }

  /// This (k), a bias, plus the product of `a` (n, m) and `b` (m, k).
  public Tensor addmm(Tensor a, Tensor b) {
    return new Tensor(handle.addmm(a.handle, b.handle));
  }

  /// This (n), a bias, plus the product of `matrix` (n, m) and `vector` (m).
  public Tensor addmv(Tensor matrix, Tensor vector) {
    return new Tensor(handle.addmv(matrix.handle, vector.handle));
  }

  /// Softmax along `dim`.
  public Tensor softmax(int dim) {
    return new Tensor(handle.softmax(dim));
  }

  /// Logarithm of the softmax along `dim`.
  public Tensor logSoftmax(int dim) {
    return new Tensor(handle.log_softmax(dim));
  }

  /// Logarithm of the sum of exponentials along `dim`, which disappears.
  public Tensor logSumExp(int dim) {
    return new Tensor(handle.logsumexp(dim));
  }

  /// x times the normal distribution function of x, exact or in Hendrycks and Gimpel's tanh form.
  public Tensor gelu(boolean tanh) {
    return new Tensor(tanh ? torch.gelu(handle, "tanh") : torch.gelu(handle));
  }

  /// x times the logistic function of x, also called swish.
  public Tensor silu() {
    return new Tensor(torch.silu(handle));
  }

  /// The greater of each entry and 0.
  public Tensor relu() {
    return new Tensor(handle.relu());
  }

  /// Rows of this (V, C) for the ids of any shape.
  public Tensor embedding(Tensor ids) {
    return new Tensor(torch.embedding(handle, ids.handle));
  }

  /// Normalises the last dimension to mean 0 and variance 1, then scales and shifts by (C).
  public Tensor layerNorm(Tensor scale, Tensor shift, double epsilon) {
    return new Tensor(
        torch.layer_norm(
            handle,
            new long[] {size(-1)},
            new TensorOptional(scale.handle),
            new TensorOptional(shift.handle),
            epsilon,
            true));
  }

  /// Scales the last dimension to mean square 1 and then by (C).
  ///
  /// @param epsilon added to the mean square
  public Tensor rmsNorm(Tensor scale, double epsilon) {
    return new Tensor(
        torch.rms_norm(
            handle,
            new long[] {size(-1)},
            new TensorOptional(scale.handle),
            new DoubleOptional(epsilon)));
  }

  /// Attention of queries (B, H, T, D) over `keys` and `values` of the same shape, each position
  /// seeing itself and what lies before it.
  public Tensor causalAttention(Tensor keys, Tensor values) {
    return attend(keys, values, new TensorOptional(), true);
  }

  /// Attention of queries (B, H, T, D) over `keys` and `values` (B, H, S, D) with `mask`, if there
  /// is one, added to the scores.
  public Tensor attention(Tensor keys, Tensor values, @Nullable Tensor mask) {
    return attend(
        keys, values, mask == null ? new TensorOptional() : new TensorOptional(mask.handle), false);
  }

  private Tensor attend(Tensor keys, Tensor values, TensorOptional mask, boolean causal) {
    return new Tensor(
        MatrixThreads.eachAlone(
            () ->
                torch.scaled_dot_product_attention(
                    handle,
                    keys.handle,
                    values.handle,
                    mask,
                    0.0,
                    causal,
                    new DoubleOptional(),
                    false),
            handle,
            keys.handle,
            values.handle));
  }

  // ---- In place ----

  /// Adds `other`.
  public Tensor add_(Tensor other) {
    var _ = handle.add_(other.handle);
    return this;
  }

  /// Adds `factor` times `other`.
  public Tensor add_(Tensor other, double factor) {
    var _ = handle.add_(other.handle, new Scalar(factor));
    return this;
  }

  /// Adds a number.
  public Tensor add_(double other) {
    var _ = handle.add_(new Scalar(other));
    return this;
  }

  /// Subtracts `other`.
  public Tensor sub_(Tensor other) {
    var _ = handle.sub_(other.handle);
    return this;
  }

  /// Multiplies by a number.
  public Tensor mul_(double factor) {
    var _ = handle.mul_(new Scalar(factor));
    return this;
  }

  /// Multiplies by `other`.
  public Tensor mul_(Tensor other) {
    var _ = handle.mul_(other.handle);
    return this;
  }

  /// Takes the exponential.
  public Tensor exp_() {
    var _ = handle.exp_();
    return this;
  }

  /// The logarithm of the softmax along `dim`.
  public Tensor logSoftmax_(int dim) {
    var _ = torch.log_softmax_out(handle, handle, dim);
    return this;
  }

  /// Adds `source` at the places of `index` along `dim`.
  public Tensor scatterAdd_(int dim, Tensor index, Tensor source) {
    var _ = handle.scatter_add_(dim, index.handle, source.handle);
    return this;
  }

  /// Divides by a number.
  public Tensor div_(double divisor) {
    var _ = handle.div_(new Scalar(divisor));
    return this;
  }

  /// Divides by `other`.
  public Tensor div_(Tensor other) {
    var _ = handle.div_(other.handle);
    return this;
  }

  /// Adds `factor` times `a` times `b`.
  public Tensor addcmul_(Tensor a, Tensor b, double factor) {
    var _ = handle.addcmul_(a.handle, b.handle, new Scalar(factor));
    return this;
  }

  /// Adds `factor` times `a` over `b`.
  public Tensor addcdiv_(Tensor a, Tensor b, double factor) {
    var _ = handle.addcdiv_(a.handle, b.handle, new Scalar(factor));
    return this;
  }

  /// Moves the fraction `weight` of the way to `end`.
  public Tensor lerp_(Tensor end, double weight) {
    var _ = handle.lerp_(end.handle, new Scalar(weight));
    return this;
  }

  /// Takes the square root.
  public Tensor sqrt_() {
    var _ = handle.sqrt_();
    return this;
  }

  /// Overwrites with `source`, converted and broadcast.
  public Tensor copy_(Tensor source) {
    var _ = handle.copy_(source.handle);
    return this;
  }

  /// Overwrites with zeros.
  public Tensor zero_() {
    var _ = handle.zero_();
    return this;
  }

  /// Overwrites with a number.
  public Tensor fill_(double value) {
    var _ = handle.fill_(new Scalar(value));
    return this;
  }

  /// Overwrites the entries of `dim` that `index` (int64) names with those of `source`.
  public Tensor indexCopy_(int dim, Tensor index, Tensor source) {
    var _ = handle.index_copy_(dim, index.handle, source.handle);
    return this;
  }

  /// Overwrites with draws from the normal distribution.
  public Tensor normal_(double mean, double deviation, Randomness random) {
    var _ = handle.normal_(mean, deviation, new GeneratorOptional(random.generator));
    return this;
  }

  /// Overwrites with draws from the interval [0, 1).
  public Tensor uniform_(Randomness random) {
    var _ = handle.uniform_(0, 1, new GeneratorOptional(random.generator));
    return this;
  }

  /// Overwrites with ones at `probability`, else zeros.
  public Tensor bernoulli_(double probability, Randomness random) {
    var _ = handle.bernoulli_(probability, new GeneratorOptional(random.generator));
    return this;
  }

  // ---- Gradients ----

  /// Makes this a leaf that collects gradients, or not.
  public Tensor requireGradient(boolean yes) {
    var _ = handle.set_requires_grad(yes);
    return this;
  }

  /// Whether gradients are recorded for this.
  public boolean requiresGradient() {
    return handle.requires_grad();
  }

  /// Adds the gradients of this scalar to those of every leaf it was made from.
  ///
  /// @throws IllegalStateException if nothing was recorded for this
  public void backward() {
    checkRecorded();
    handle.backward();
    PendingPasses.backward();
  }

  /// Adds the gradients of the sum of this times `gradient` (same shape) to every leaf it was made
  /// from.
  ///
  /// @throws IllegalStateException if nothing was recorded for this
  public void backward(Tensor gradient) {
    checkRecorded();
    backwardOnce(gradient);
    PendingPasses.backward();
  }

  /// The same as far as libtorch recorded it.
  void backwardOnce(Tensor gradient) {
    handle.backward(
        gradient.handle,
        new BoolOptional(),
        false,
        new org.bytedeco.pytorch.TensorArrayRefOptional());
  }

  private void checkRecorded() {
    if (!requiresGradient()) {
      throw new IllegalStateException(
          "backward() of a tensor for which no gradients were recorded: its parameters are frozen (see Parameters.train), or it was made in Scope.constant");
    }
  }

  /// The collected gradient, or null where there is none.
  public @Nullable Tensor gradient() {
    var gradient = handle.grad(); // a reference into this tensor: a copy of it lives on
    return gradient.defined() ? new Tensor(new org.bytedeco.pytorch.Tensor(gradient)) : null;
  }

  /// Frees the numbers, whoever else holds this tensor.
  void forget() {
    handle.set_data(Tensor.empty(dtype(), 0).handle);
  }

  /// Until the next backward pass there is no gradient.
  void forgetGradient() {
    handle.mutable_grad().reset();
  }

  /// Lets gradients collect in `memory`, a tensor of this shape.
  void collectGradientIn(Tensor memory) {
    handle.mutable_grad().put(memory.handle);
  }
}
