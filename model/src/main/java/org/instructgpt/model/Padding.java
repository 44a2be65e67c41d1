package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Lengths filled up with zeros, so that kernels of vectors meet whole vectors.
///
/// A decoder in Java reads weights, keys and values whose heads, stream and inner layers have these
/// lengths. What zeros are multiplied with or added to stays as it is. The lengths of most
/// published models are multiples already; their weights are taken as they are, without a copy.
///
/// @param width C of the stream
/// @param heads how many of queries
/// @param keys how many of keys, and of values
/// @param headWidth entries of each
/// @param innerWidth entries of the network's inner layer
/// @param gated whether the inner layer is computed from two halves
/// @param whole whether queries are normalised all together
record Padding(
    int width, int heads, int keys, int headWidth, int innerWidth, boolean gated, boolean whole) {
  /// Entries of heads come in so many, the numbers of the longest vector.
  static final int HEAD = 16;

  /// Entries of the stream and of inner layers come in so many, a panel's columns ([Panels#WIDTH])
  /// with the longest vector.
  private static final int STREAM = 32;

  static Padding of(GptConfig config) {
    var architecture = config.effective();
    return new Padding(
        config.width(),
        config.heads(),
        architecture.heads().keys(),
        architecture.heads().width(),
        architecture.network().width(),
        architecture.network().gated(),
        architecture.heads().norm() == Architecture.QueryNorm.ALL);
  }

  private static int up(int length, int multiple) {
    return (length + multiple - 1) / multiple * multiple;
  }

  /// Entries of the stream.
  int stream() {
    return up(width, STREAM);
  }

  /// Entries of a head.
  int head() {
    return up(headWidth, HEAD);
  }

  /// Entries of a token's queries.
  int queries() {
    return heads * head();
  }

  /// Entries of its keys, and of its values.
  int allKeys() {
    return keys * head();
  }

  /// Entries of its queries, keys and values.
  int compared() {
    return queries() + 2 * allKeys();
  }

  /// Entries of the inner layer.
  int inner() {
    return up(innerWidth, STREAM);
  }

  /// Runs of numbers, beside each of which there is to be room.
  ///
  /// @param count how many runs
  /// @param length of each
  /// @param room from one run's beginning to the next's
  record Runs(int count, int length, int room) {
    /// A tensor whose dimension `dim` has these runs, with zeros behind each; the same tensor where
    /// that changes nothing.
    Tensor fill(Tensor x, int dim) {
      if (length == room) {
        return x;
      }
      long[] shape = x.shape();
      long before = 1;
      long after = 1;
      for (int i = 0; i < shape.length; i++) {
        before *= i < dim ? shape[i] : 1;
        after *= i > dim ? shape[i] : 1;
      }
      var zeros = Tensor.zeros(x.dtype(), before, count, room - length, after);
      shape[dim] = (long) count * room;
      return Tensor.cat(List.of(x.reshape(before, count, length, after), zeros), 2).reshape(shape);
    }
  }

  private Runs ofStream() {
    return new Runs(1, width, stream());
  }

  private Runs ofHeads(int count) {
    return new Runs(count, headWidth, head());
  }

  private Runs ofInner(int count) {
    return new Runs(count, innerWidth, inner());
  }

  /// Keys or values of tokens (N, K D), filled up.
  static Tensor ofKeys(Tensor x, int keys, int headWidth, int room) {
    return new Runs(keys, headWidth, room).fill(x, 1);
  }

  /// Weights, filled up; but the embeddings, of which single rows are read. What must be copied
  /// belongs to the scope that is open.
  GptWeights weights(GptWeights of) {
    var blocks = new ArrayList<GptWeights.Block>();
    of.blocks().forEach(block -> blocks.add(block(block)));
    return new GptWeights(
        of.token(),
        of.position(),
        ofStream().fill(of.unembedding(), 1),
        ofStream().fill(of.exactUnembedding(), 1),
        blocks,
        norm(of.norm()));
  }

  private GptWeights.Block block(GptWeights.Block of) {
    int together = whole ? heads : 1;
    return new GptWeights.Block(
        optional(of.norm1()),
        linear(of.qkv(), ofStream(), ofHeads(heads + 2 * keys)),
        scale(of.queryNorm(), together),
        scale(of.keyNorm(), whole ? keys : 1),
        linear(of.project(), ofHeads(heads), ofStream()),
        optional(of.after1()),
        optional(of.norm2()),
        linear(of.up(), ofStream(), ofInner(gated ? 2 : 1)),
        linear(of.down(), ofInner(1), ofStream()),
        optional(of.after2()));
  }

  private GptWeights.@Nullable Norm optional(GptWeights.@Nullable Norm norm) {
    return norm == null ? null : norm(norm);
  }

  private GptWeights.Norm norm(GptWeights.Norm of) {
    var shift = of.shift();
    return new GptWeights.Norm(
        ofStream().fill(of.scale(), 0), shift == null ? null : ofStream().fill(shift, 0));
  }

  private @Nullable Tensor scale(@Nullable Tensor of, int count) {
    return of == null ? null : ofHeads(count).fill(of, 0);
  }

  private static GptWeights.Linear linear(GptWeights.Linear of, Runs in, Runs out) {
    var bias = of.bias();
    return new GptWeights.Linear(
        matrix(of.matrix(), in, out), bias == null ? null : out.fill(bias, 0), of.beside());
  }

  /// A matrix (in, out) in the order of memory that [Gpt#samplingWeights] gives it: transposed in
  /// bfloat16.
  private static Tensor matrix(Tensor of, Runs in, Runs out) {
    return of.dtype() == DType.BFLOAT16
        ? out.fill(in.fill(of.transpose(0, 1), 1), 0).transpose(0, 1)
        : out.fill(in.fill(of, 0), 1);
  }
}
