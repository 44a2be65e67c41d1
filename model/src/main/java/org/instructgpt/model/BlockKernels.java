package org.instructgpt.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.instructgpt.model.Architecture.Rotary;
import org.jspecify.annotations.Nullable;

/// What a block does between its products, for the decoders: what [GptBlock] computes there.
///
/// @param norm1 of what attention reads; null where that is not normalised
/// @param heads of attention
/// @param after1 of what attention adds; null where that is not normalised
/// @param norm2 of what the network reads
/// @param activation of the network
/// @param after2 of what the network adds
record BlockKernels(
    @Nullable NormKernel norm1,
    HeadKernels heads,
    @Nullable NormKernel after1,
    @Nullable NormKernel norm2,
    ActivationKernels.Kernel activation,
    @Nullable NormKernel after2) {

  /// Those of all blocks.
  ///
  /// @param weights with room for zeros; they must outlive the kernels
  /// @param positions the greatest number of tokens of a sequence
  static List<BlockKernels> of(GptConfig config, Padding sizes, GptWeights weights, int positions) {
    var all = new ArrayList<BlockKernels>();
    var turns = new HashMap<Rotary, Turns>();
    var layers = config.effective().layers();
    double epsilon = config.layerNormEpsilon();
    for (int i = 0; i < config.layers(); i++) {
      var block = weights.blocks().get(i);
      var rotary = layers.get(i).rotary();
      var turned =
          rotary
              .map(each -> turns.computeIfAbsent(each, key -> new Turns(key, positions)))
              .orElse(null);
      all.add(
          new BlockKernels(
              norm(block.norm1(), epsilon, sizes),
              HeadKernels.of(config, sizes, i, block, turned),
              norm(block.after1(), epsilon, sizes),
              norm(block.norm2(), epsilon, sizes),
              ActivationKernels.of(config.activation()),
              norm(block.after2(), epsilon, sizes)));
    }
    return all;
  }

  private static @Nullable NormKernel norm(
      GptWeights.@Nullable Norm norm, double epsilon, Padding sizes) {
    return norm == null ? null : NormKernel.of(norm, epsilon, sizes.width());
  }

  /// Puts a vector of the stream, from `start` on, as a product reads it, at the same place of
  /// `to`.
  ///
  /// @param norm null where it is read as it is
  /// @param count its entries
  static void read(@Nullable NormKernel norm, float[] stream, int start, int count, float[] to) {
    if (norm == null) {
      System.arraycopy(stream, start, to, start, count);
    } else {
      norm.apply(stream, start, to);
    }
  }
}
