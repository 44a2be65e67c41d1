package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Everything that a pass of a [Gpt] reads, converted to the type of the products.
///
/// @param token the embedding (V, C)
/// @param position the vectors of positions (T, C); null where positions are told otherwise
/// @param unembedding (V, C)
/// @param exactUnembedding the same as the parameters have it
/// @param norm the last one
record GptWeights(
    Tensor token,
    @Nullable Tensor position,
    Tensor unembedding,
    Tensor exactUnembedding,
    List<Block> blocks,
    Norm norm) {

  /// A normalisation.
  ///
  /// @param shift null where it only scales
  record Norm(Tensor scale, @Nullable Tensor shift) {
    Tensor apply(Tensor x, double epsilon) {
      return shift == null ? x.rmsNorm(scale, epsilon) : x.layerNorm(scale, shift, epsilon);
    }
  }

  /// A product with a matrix (in, out), and what is added to it.
  ///
  /// @param bias a vector (out); null where there is none
  /// @param beside of an [Adapter], in the order of their columns
  record Linear(Tensor matrix, @Nullable Tensor bias, List<Adapter.LowRank> beside) {}

  /// The weights of one block.
  ///
  /// @param norm1 of what attention reads; null where that is not normalised
  /// @param qkv to queries, keys and values side by side
  /// @param queryNorm scale of the queries' normalisation, if there is one
  /// @param keyNorm scale of the keys'
  /// @param project of the mixed values
  /// @param after1 of what attention adds; null where that is not normalised
  /// @param norm2 of what the network reads
  /// @param up to the inner layer; where it is gated, first what the activation reads and then what
  ///   multiplies it
  /// @param down from the inner layer
  /// @param after2 of what the network adds
  record Block(
      @Nullable Norm norm1,
      Linear qkv,
      @Nullable Tensor queryNorm,
      @Nullable Tensor keyNorm,
      Linear project,
      @Nullable Norm after1,
      @Nullable Norm norm2,
      Linear up,
      Linear down,
      @Nullable Norm after2) {}

  /// The same with logits of full precision.
  GptWeights exact() {
    return new GptWeights(token, position, exactUnembedding, exactUnembedding, blocks, norm);
  }

  /// Reads the parameters.
  ///
  /// @param adapter whose products go beside the blocks'; none if empty
  /// @param products converts what the blocks' products read
  /// @param unembedding converts the unembedding
  static GptWeights of(
      GptConfig config,
      Parameters parameters,
      Optional<Adapter> adapter,
      UnaryOperator<Tensor> products,
      UnaryOperator<Tensor> unembedding) {
    var reader = new Reader(config.effective(), parameters, adapter, false, products);
    return reader.read(config.layers(), unembedding);
  }

  /// The same with the adapter's products added to the matrices: for many passes that change
  /// nothing.
  static GptWeights merged(
      GptConfig config,
      Parameters parameters,
      Optional<Adapter> adapter,
      UnaryOperator<Tensor> products,
      UnaryOperator<Tensor> unembedding) {
    var reader = new Reader(config.effective(), parameters, adapter, true, products);
    return reader.read(config.layers(), unembedding);
  }

  /// Takes the parameters by their names.
  private record Reader(
      Architecture architecture,
      Parameters parameters,
      Optional<Adapter> adapter,
      boolean merge,
      UnaryOperator<Tensor> products) {

    GptWeights read(int layers, UnaryOperator<Tensor> unembedding) {
      var blocks = new ArrayList<Block>(layers);
      for (int i = 0; i < layers; i++) {
        blocks.add(block(ParameterShapes.block(i)));
      }
      var last =
          parameters.get(
              architecture.tied() ? ParameterShapes.TOKENS : ParameterShapes.UNEMBEDDING);
      return new GptWeights(
          parameters.get(ParameterShapes.TOKENS),
          architecture.learnedPositions() ? parameters.get(ParameterShapes.POSITIONS) : null,
          unembedding.apply(last),
          last,
          blocks,
          norm(ParameterShapes.LAST_NORM));
    }

    private Block block(String h) {
      boolean before = architecture.places().before();
      boolean after = architecture.places().after();
      boolean normed = architecture.heads().norm() != Architecture.QueryNorm.NONE;
      return new Block(
          before ? norm(h + ParameterShapes.NORM_1) : null,
          linear(h + ParameterShapes.QUERIES, architecture.heads().bias()),
          normed ? scale(h + ParameterShapes.QUERY_NORM) : null,
          normed ? scale(h + ParameterShapes.KEY_NORM) : null,
          linear(h + ParameterShapes.PROJECTION, architecture.heads().outputBias()),
          after ? norm(h + ParameterShapes.AFTER_1) : null,
          before ? norm(h + ParameterShapes.NORM_2) : null,
          linear(h + ParameterShapes.UP, architecture.network().bias()),
          linear(h + ParameterShapes.DOWN, architecture.network().bias()),
          after ? norm(h + ParameterShapes.AFTER_2) : null);
    }

    private Linear linear(String name, boolean bias) {
      var weight = name + ".weight";
      return new Linear(
          matrix(weight),
          bias ? products.apply(parameters.get(name + ".bias")) : null,
          merge ? List.of() : adapter.map(a -> a.beside(weight, products)).orElse(List.of()));
    }

    private Tensor matrix(String weight) {
      var matrix = parameters.get(weight);
      return merge && adapter.isPresent() && adapter.get().adapts(weight)
          ? Tensor.tidy(() -> products.apply(adapter.get().merged(weight, matrix)))
          : products.apply(matrix);
    }

    private Norm norm(String name) {
      boolean shifted = architecture.norm() == Architecture.Norm.LAYER;
      return new Norm(scale(name), shifted ? parameters.get(name + ".bias") : null);
    }

    private Tensor scale(String name) {
      var weight = parameters.get(name + ".weight");
      double offset = architecture.normOffset();
      return offset == 0 ? weight : weight.add(offset);
    }
  }
}
