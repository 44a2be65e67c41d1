package org.instructgpt.model;

import java.util.List;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// One block of a decoder: attention and a two-layer network, each added to the residual stream.
///
/// @param number of the block, from 0
/// @param precision of the products
record GptBlock(
    GptConfig config,
    Architecture architecture,
    int number,
    GptWeights.Block weights,
    Precision precision) {

  /// What is to be done with the residual stream (N, C), one after the other.
  ///
  /// @param dropout of what is added to the stream
  List<UnaryOperator<Tensor>> steps(Attention attention, Rotation rotation, Dropout dropout) {
    UnaryOperator<Tensor> attended =
        x -> after(weights.after1(), dropout.apply(attended(x, attention, rotation)));
    UnaryOperator<Tensor> network = x -> after(weights.after2(), dropout.apply(network(x)));
    return architecture.parallel()
        ? List.of(x -> x.add(attended.apply(x)).add(network.apply(x)))
        : List.of(x -> x.add(attended.apply(x)), x -> x.add(network.apply(x)));
  }

  private Tensor attended(Tensor x, Attention attention, Rotation rotation) {
    var qkv = Gpt.linear(read(x, weights.norm1()), weights.qkv());
    return Gpt.linear(attention.mix(number, compared(qkv, rotation)), weights.project());
  }

  private Tensor network(Tensor x) {
    var inner = Gpt.linear(read(x, weights.norm2()), weights.up());
    if (!architecture.network().gated()) {
      return Gpt.linear(activated(inner), weights.down());
    }
    long width = architecture.network().width();
    var both = inner.split(1, width, width);
    return Gpt.linear(activated(both.get(0)).mul(both.get(1)), weights.down());
  }

  /// The stream as a product reads it.
  private Tensor read(Tensor x, GptWeights.@Nullable Norm norm) {
    return rounded(norm == null ? x : norm.apply(x, config.layerNormEpsilon()));
  }

  private Tensor after(GptWeights.@Nullable Norm norm, Tensor x) {
    return norm == null ? x : norm.apply(x.to(norm.scale().dtype()), config.layerNormEpsilon());
  }

  private Tensor rounded(Tensor x) {
    return precision == Precision.MIXED ? x.to(DType.BFLOAT16) : x;
  }

  /// Queries, keys and values (N, ...), queries and keys normalised and turned where they are.
  private Tensor compared(Tensor qkv, Rotation rotation) {
    boolean turned = architecture.layers().get(number).rotary().isPresent();
    if (!turned && weights.queryNorm() == null) {
      return qkv;
    }
    var heads = architecture.heads();
    long queries = (long) config.heads() * heads.width();
    long keys = (long) heads.keys() * heads.width();
    var parts = qkv.split(1, queries, keys, keys);
    return Tensor.cat(
        List.of(
            compared(parts.get(0), weights.queryNorm(), rotation),
            compared(parts.get(1), weights.keyNorm(), rotation),
            parts.get(2)),
        1);
  }

  private Tensor compared(Tensor x, @Nullable Tensor scale, Rotation rotation) {
    long n = x.size(0);
    long d = architecture.heads().width();
    boolean whole = architecture.heads().norm() == Architecture.QueryNorm.ALL;
    var flat = scale != null && whole ? normed(x, scale) : x;
    var byHead = flat.view(n, flat.size(1) / d, d);
    var ready = scale != null && !whole ? normed(byHead, scale) : byHead;
    return rotation.apply(number, ready).view(n, x.size(1));
  }

  private Tensor normed(Tensor x, Tensor scale) {
    return x.to(scale.dtype()).rmsNorm(scale, config.layerNormEpsilon()).to(x.dtype());
  }

  private Tensor activated(Tensor x) {
    return switch (config.activation()) {
      case GELU -> x.gelu(false);
      case GELU_NEW -> x.gelu(true);
      case QUICK_GELU -> x.mul(x.mul(1.702).sigmoid());
      case SILU -> x.silu();
      case RELU -> x.relu();
      case TANH -> x.tanh();
    };
  }
}
